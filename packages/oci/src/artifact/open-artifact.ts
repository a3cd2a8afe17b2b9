import { MAX_MANIFEST_BYTES, readBlob } from '../blob/store.ts';
import { OciError } from '../error.ts';
import { parseJson } from '../manifest/parse.ts';
import { type Descriptor, ManifestSchema } from '../manifest/schema.ts';
import { type ImageReference, parseReference, referenceText } from '../registry/reference.ts';
import { Registry, type RegistryOptions } from '../registry/registry.ts';

/** A file that a registry holds as the only layer of its kind of a manifest (OCI image specification, "Artifacts"). */
export interface Artifact {
  /** With registry, repository, and tag or digest. */
  readonly name: string;
  /** Of the file, as the manifest promises it: whoever reads the file compares. */
  readonly digest: string;
  readonly size?: number;
  /** Of the manifest, and over them of the layer. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The file's bytes, from the start; each chunk is valid until the next is asked for. */
  read(signal: AbortSignal): AsyncIterable<Buffer>;
  close(): void;
}

/**
 * Finds the artifact that a reference names, at its registry or the first mirror that has it. Rejects with
 * `NOT_AN_IMAGE` where no layer, or more than one, has the media type. Close it when done with it.
 */
export async function openArtifact(
  text: string,
  mediaType: string,
  options: RegistryOptions,
  signal: AbortSignal,
): Promise<Artifact> {
  const reference = parseReference(text);
  for (const mirror of options.mirrors?.[reference.registry] ?? []) {
    try {
      return await openAt(mirror, reference, mediaType, options, signal);
    } catch (error) {
      if (!(error instanceof OciError)) throw error;
    }
  }
  return openAt(reference.registry, reference, mediaType, options, signal);
}

async function openAt(
  host: string,
  reference: ImageReference,
  mediaType: string,
  options: RegistryOptions,
  signal: AbortSignal,
): Promise<Artifact> {
  const name = referenceText(reference);
  const registry = new Registry(host, options);
  try {
    const repository = registry.repository(reference.repository);
    const found = await repository.manifest(reference.digest ?? reference.tag ?? 'latest', signal);
    const content = await readBlob(repository, found, MAX_MANIFEST_BYTES, 'the manifest', signal);
    const manifest = parseJson(ManifestSchema, content, `the manifest of ${name}`);
    const layer = onlyLayer(manifest.layers, mediaType, name);
    return {
      name,
      digest: layer.digest,
      ...(layer.size !== undefined && { size: layer.size }),
      annotations: { ...manifest.annotations, ...layer.annotations },
      read: (reading) => repository.stream(layer, reading),
      close: () => registry.close(),
    };
  } catch (error) {
    registry.close();
    throw error;
  }
}

function onlyLayer(layers: readonly Descriptor[], mediaType: string, name: string): Descriptor {
  const [layer, ...more] = layers.filter((one) => one.mediaType === mediaType);
  if (layer !== undefined && more.length === 0) return layer;
  const kinds = layers.map((one) => one.mediaType || 'a layer without a type').join(', ');
  throw new OciError('NOT_AN_IMAGE', {
    what: `${name} cannot be used`,
    why: layer === undefined ? `it holds ${kinds || 'nothing'}` : `it holds ${more.length + 1} layers of this kind`,
    fix: `name an artifact with one layer of the type ${mediaType}`,
  });
}
