import { Readable } from 'node:stream';
import { hashFor } from '../blob/digest.ts';
import { OciError } from '../error.ts';
import { parseReference, referenceText } from '../registry/reference.ts';
import { Registry, type RegistryOptions } from '../registry/registry.ts';
import type { BlobToPush } from '../registry/repository.ts';

/** A file to store as the only layer of an artifact. */
export interface ArtifactToPush extends BlobToPush {
  readonly artifactType: string;
  /** Of the file. */
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PushedArtifact {
  /** With registry, repository and tag. */
  readonly name: string;
  /** Of the manifest. */
  readonly digest: string;
}

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
/** OCI image specification, "Guidance for an Empty Descriptor". */
const EMPTY = Buffer.from('{}');
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';

/**
 * Stores a file under a tag, so that `openArtifact` finds it there. The tag is moved last, when everything that it leads
 * to is there: whoever pulls in between gets the one before.
 */
export async function pushArtifact(
  text: string,
  { artifactType, mediaType, annotations, ...file }: ArtifactToPush,
  options: RegistryOptions,
  signal: AbortSignal,
): Promise<PushedArtifact> {
  const reference = parseReference(text);
  if (reference.digest !== undefined) {
    throw new OciError('INVALID_REFERENCE', {
      what: `cannot push to ${JSON.stringify(text)}`,
      why: 'it names a digest, which follows from what is pushed',
      fix: 'name a tag',
    });
  }
  const empty = { digest: `sha256:${hashFor('sha256:').update(EMPTY).digest('hex')}`, size: EMPTY.length };
  const { digest, size } = file;
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType,
    config: { mediaType: EMPTY_TYPE, ...empty, data: EMPTY.toString('base64') },
    layers: [{ mediaType, digest, size }],
    annotations,
  };
  const registry = new Registry(reference.registry, options);
  try {
    const repository = registry.repository(reference.repository);
    await repository.putBlob(file, signal);
    await repository.putBlob({ ...empty, read: () => Readable.from([EMPTY]) }, signal);
    const content = Buffer.from(JSON.stringify(manifest));
    const stored = await repository.putManifest(reference.tag ?? 'latest', MANIFEST_TYPE, content, signal);
    return { name: referenceText(reference), digest: stored };
  } finally {
    registry.close();
  }
}
