import { MAX_SIGNATURE_BYTES, MAX_SIGNATURES, type SignatureMaterial } from '@bulkhead/scanner/signature';
import { MAX_MANIFEST_BYTES, readBlob } from '../blob/store.ts';
import { OciError } from '../error.ts';
import { parseJson } from '../manifest/parse.ts';
import { type Descriptor, type Manifest, ManifestSchema } from '../manifest/schema.ts';
import { parseReference, referenceText } from '../registry/reference.ts';
import { Registry, type RegistryOptions } from '../registry/registry.ts';
import type { Repository } from '../registry/repository.ts';

/** What a registry has of signatures of one image. */
export interface ImageSignatures {
  /** `registry/repository@digest`. */
  readonly name: string;
  readonly digest: string;
  readonly materials: readonly SignatureMaterial[];
}

const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const SIGNATURE = 'dev.cosignproject.cosign/signature';
/** What cosign adds where it signs without a key. */
const CERTIFICATE = 'dev.sigstore.cosign/certificate';
const LOG_ENTRY = 'dev.sigstore.cosign/bundle';
const BUNDLE = 'application/vnd.dev.sigstore.bundle';

/**
 * Finds the signatures of the image or index that a reference names, where cosign puts them: under a tag made of its digest, and as
 * bundles that refer to it. A tag is resolved first: what counts is the digest. Nothing is verified here.
 */
export async function readSignatures(
  text: string,
  options: RegistryOptions,
  signal: AbortSignal,
): Promise<ImageSignatures> {
  const reference = parseReference(text);
  const registry = new Registry(reference.registry, options);
  try {
    const repository = registry.repository(reference.repository);
    const { digest } = await repository.manifest(reference.digest ?? reference.tag ?? 'latest', signal);
    const { tag: _, ...place } = reference;
    const materials = await signaturesOf(repository, digest, signal);
    return { name: referenceText({ ...place, digest }), digest, materials };
  } finally {
    registry.close();
  }
}

/** As `readSignatures`, of the manifest or index with a digest. */
export async function signaturesOf(
  repository: Repository,
  digest: string,
  signal: AbortSignal,
): Promise<readonly SignatureMaterial[]> {
  const materials = [
    ...(await simpleSignatures(repository, digest, signal)),
    ...(await bundles(repository, digest, signal)),
  ];
  return materials.slice(0, MAX_SIGNATURES);
}

async function simpleSignatures(
  repository: Repository,
  digest: string,
  signal: AbortSignal,
): Promise<readonly SignatureMaterial[]> {
  let manifest: Manifest;
  try {
    manifest = await manifestOf(
      repository,
      await repository.manifest(`${digest.replace(':', '-')}.sig`, signal),
      signal,
    );
  } catch (error) {
    if (error instanceof OciError && error.code === 'IMAGE_NOT_FOUND') return [];
    throw error;
  }
  const found: SignatureMaterial[] = [];
  for (const layer of manifest.layers.filter(({ mediaType }) => mediaType === SIMPLE).slice(0, MAX_SIGNATURES)) {
    const signature = layer.annotations[SIGNATURE];
    if (signature === undefined) continue;
    const [certificate, logEntry] = [boundedOf(layer, CERTIFICATE), boundedOf(layer, LOG_ENTRY)];
    const payload = await contentOf(repository, layer, signal);
    const identity = certificate === undefined || logEntry === undefined ? {} : { certificate, logEntry };
    found.push({ form: 'simple', payload, signature, ...identity });
  }
  return found;
}

async function bundles(
  repository: Repository,
  digest: string,
  signal: AbortSignal,
): Promise<readonly SignatureMaterial[]> {
  const found: SignatureMaterial[] = [];
  for (const referrer of (await repository.referrers(digest, signal)).slice(0, MAX_SIGNATURES)) {
    if (referrer.artifactType?.startsWith(BUNDLE) !== true) continue;
    const { layers } = await manifestOf(repository, await repository.manifest(referrer.digest, signal), signal);
    for (const layer of layers.filter(({ mediaType }) => mediaType.startsWith(BUNDLE)).slice(0, 1)) {
      found.push({ form: 'bundle', content: await contentOf(repository, layer, signal) });
    }
  }
  return found;
}

async function manifestOf(repository: Repository, descriptor: Descriptor, signal: AbortSignal): Promise<Manifest> {
  const what = 'the manifest of a signature';
  return parseJson(ManifestSchema, await readBlob(repository, descriptor, MAX_MANIFEST_BYTES, what, signal), what);
}

function boundedOf({ annotations }: Descriptor, name: string): string | undefined {
  const value = annotations[name];
  return value === undefined || value.length > MAX_SIGNATURE_BYTES ? undefined : value;
}

function contentOf(repository: Repository, layer: Descriptor, signal: AbortSignal): Promise<Buffer> {
  return readBlob(repository, layer, MAX_SIGNATURE_BYTES, 'a signature', signal);
}
