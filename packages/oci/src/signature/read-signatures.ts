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
const SIMPLE_ARTIFACT = 'application/vnd.dev.cosign.artifact.sig.v1+json';
const PREDICATE = 'dev.sigstore.bundle.predicateType';
const SIGNED = 'https://sigstore.dev/cosign/sign/v1';
const EMPTY = 'application/vnd.oci.empty.v1+json';

/**
 * Finds the signatures of the image or index that a reference names, where cosign puts them: under a tag made of its digest, and in
 * what refers to it. A tag is resolved first: what counts is the digest. Nothing is verified here.
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
    ...(await referringSignatures(repository, digest, signal)),
  ];
  return materials.slice(0, MAX_SIGNATURES);
}

async function simpleSignatures(
  repository: Repository,
  digest: string,
  signal: AbortSignal,
): Promise<readonly SignatureMaterial[]> {
  const tagged = await unlessMissing(repository.manifest(`${digest.replace(':', '-')}.sig`, signal));
  if (tagged === undefined) return [];
  const { layers } = await manifestOf(repository, tagged, signal);
  return simpleOf(repository, layers, signal);
}

async function simpleOf(
  repository: Repository,
  layers: readonly Descriptor[],
  signal: AbortSignal,
): Promise<readonly SignatureMaterial[]> {
  const found: SignatureMaterial[] = [];
  for (const layer of layers.filter(({ mediaType }) => mediaType === SIMPLE).slice(0, MAX_SIGNATURES)) {
    const signature = layer.annotations[SIGNATURE];
    if (signature === undefined) continue;
    const [certificate, logEntry] = [boundedOf(layer, CERTIFICATE), boundedOf(layer, LOG_ENTRY)];
    const payload = await unlessUseless(contentOf(repository, layer, signal));
    if (payload === undefined) continue;
    const identity = certificate === undefined || logEntry === undefined ? {} : { certificate, logEntry };
    found.push({ form: 'simple', payload, signature, ...identity });
  }
  return found;
}

/** Signatures that refer to the image: bundles, and simple ones (cosign 2 with `--registry-referrers-mode=oci-1-1`). */
async function referringSignatures(
  repository: Repository,
  digest: string,
  signal: AbortSignal,
): Promise<readonly SignatureMaterial[]> {
  const found: SignatureMaterial[] = [];
  const referrers = (await repository.referrers(digest, signal)).filter(mayBeSignature).toSorted(attestationsLast);
  for (const referrer of referrers.slice(0, MAX_SIGNATURES)) {
    const layers = await unlessUseless(layersOf(repository, referrer.digest, signal));
    const bundle = layers?.find(({ mediaType }) => mediaType.startsWith(BUNDLE));
    const content = bundle && (await unlessUseless(contentOf(repository, bundle, signal)));
    if (content !== undefined) found.push({ form: 'bundle', content });
    found.push(...(await simpleOf(repository, layers ?? [], signal)));
  }
  return found;
}

/** Where a registry has no referrers API, cosign 3 writes the type of the configuration, which is empty, in place of the artifact's. */
function mayBeSignature({ artifactType }: Descriptor): boolean {
  return (
    artifactType === undefined || artifactType.startsWith(BUNDLE) || [SIMPLE_ARTIFACT, EMPTY].includes(artifactType)
  );
}

/** Builds and scans attest again and again: signatures are not to be lost behind them. What is said here is held against nothing. */
function attestationsLast(a: Descriptor, b: Descriptor): number {
  return Number(isAttestation(a)) - Number(isAttestation(b));
}

function isAttestation({ annotations }: Descriptor): boolean {
  return (annotations[PREDICATE] ?? SIGNED) !== SIGNED;
}

async function layersOf(repository: Repository, digest: string, signal: AbortSignal): Promise<readonly Descriptor[]> {
  return (await manifestOf(repository, await repository.manifest(digest, signal), signal)).layers;
}

async function unlessMissing<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  return unless(reading, ['IMAGE_NOT_FOUND']);
}

/** What anybody has put beside an image, and is no signature, must not keep those that are from being read. */
async function unlessUseless<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  return unless(reading, ['IMAGE_NOT_FOUND', 'NOT_AN_IMAGE']);
}

async function unless<Value>(reading: Promise<Value>, codes: readonly string[]): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof OciError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

async function manifestOf(repository: Repository, descriptor: Descriptor, signal: AbortSignal): Promise<Manifest> {
  const what = 'the manifest of a signature';
  return parseJson(ManifestSchema, await readBlob(repository, descriptor, MAX_MANIFEST_BYTES, what, signal), what);
}

function boundedOf({ annotations }: Descriptor, name: string): string | undefined {
  const value = annotations[name];
  return value === undefined || value.length > MAX_SIGNATURE_BYTES ? undefined : value;
}

/** The size that is stated is not asked for: whoever states another one has pushed nothing of use, and that is no fault of the registry. */
function contentOf(repository: Repository, { digest, mediaType }: Descriptor, signal: AbortSignal): Promise<Buffer> {
  return readBlob(repository, { digest, mediaType }, MAX_SIGNATURE_BYTES, 'a signature', signal);
}
