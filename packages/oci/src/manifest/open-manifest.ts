import type { Image, ImageSource, LayerDescriptor } from '@bulkhead/scanner';
import { isDigest, short } from '../blob/digest.ts';
import { type BlobStore, MAX_CONFIG_BYTES, MAX_MANIFEST_BYTES, readBlob } from '../blob/store.ts';
import { OciError } from '../error.ts';
import { readLayer } from '../layer/read-layer.ts';
import { describeImage } from './describe-image.ts';
import { parseJson } from './parse.ts';
import { choosePlatform, isSamePlatform, type Platform, platformText } from './platform.ts';
import { ConfigSchema, type Descriptor, IndexSchema, type Manifest, ManifestSchema } from './schema.ts';

/** An index in an index happens (containerd's exports); deeper nesting is a loop of somebody's making. */
export const MAX_INDEX_DEPTH = 4;

/** Media types of an image's configuration; manifests with others are artifacts of another kind. */
export const IMAGE_CONFIGS = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
  // What some builders leave out.
  '',
];

/** Opens the image a manifest or index describes, whatever store holds it. The store is closed with the source. */
export async function openManifest(
  store: BlobStore,
  root: Descriptor,
  name: string,
  platform: Platform | undefined,
  signal: AbortSignal,
): Promise<ImageSource> {
  const { manifest, digest, isChosen } = await findManifest(store, root, platform, signal);
  const { config, layers } = manifest;
  if (!IMAGE_CONFIGS.includes(config.mediaType)) {
    const kind = manifest.artifactType ?? config.mediaType;
    throw new OciError('NOT_AN_IMAGE', { what: `"${name}" is no image`, why: `it is an artifact of the type ${kind}` });
  }
  const content = await readBlob(store, config, MAX_CONFIG_BYTES, 'the configuration', signal);
  const parsed = parseJson(ConfigSchema, content, `the configuration ${short(config.digest)}`);
  // A manifest that no index gave a platform says it here alone. Not every builder writes the variant.
  const stated = { ...parsed, variant: parsed.variant ?? platform?.variant };
  if (platform !== undefined && !isChosen && !isSamePlatform(platform, stated)) {
    throw new OciError('PLATFORM_NOT_FOUND', {
      what: `"${name}" is not there for ${platformText(platform)}`,
      why: `it is an image for ${platformText(parsed)} alone`,
      fix: 'name that platform with --platform, or none',
    });
  }
  return new ManifestImage(store, describeImage(name, digest, config.digest, parsed, layers));
}

async function findManifest(
  store: BlobStore,
  root: Descriptor,
  platform: Platform | undefined,
  signal: AbortSignal,
): Promise<{ manifest: Manifest; digest: string; isChosen: boolean }> {
  let descriptor = root;
  for (let depth = 0; depth <= MAX_INDEX_DEPTH; depth += 1) {
    const what = `the manifest ${short(descriptor.digest)}`;
    const content = await readBlob(store, descriptor, MAX_MANIFEST_BYTES, 'the manifest', signal);
    const kind = kindOf(content, what);
    if (kind === 'manifest') {
      const manifest = parseJson(ManifestSchema, content, what);
      return { manifest, digest: descriptor.digest, isChosen: descriptor.platform !== undefined };
    }
    const { manifests } = parseJson(IndexSchema, content, what);
    // Exports of one platform keep the whole index and leave the other platforms' blobs out.
    const present = manifests.filter(({ digest }) => store.has?.(digest) ?? true);
    descriptor = choosePlatform(present.length > 0 ? present : manifests, platform);
  }
  throw new OciError('NOT_AN_IMAGE', `the index ${short(root.digest)} leads to indexes deeper than ${MAX_INDEX_DEPTH}`);
}

/** Told by what it holds, not by its media type: a document that is both is refused (CVE-2021-41190). */
export function kindOf(content: Buffer, what: string): 'manifest' | 'index' {
  let value: unknown;
  try {
    value = JSON.parse(content.toString());
  } catch (error) {
    throw new OciError('NOT_AN_IMAGE', { what: `${what} cannot be read`, why: 'it is no JSON' }, { cause: error });
  }
  const has = (key: string): boolean => typeof value === 'object' && value !== null && key in value;
  if (has('manifests') && (has('layers') || has('config'))) {
    throw new OciError('NOT_AN_IMAGE', `${what} is a manifest and an index at once`);
  }
  if (has('fsLayers')) {
    throw new OciError('NOT_AN_IMAGE', {
      what: `${what} cannot be read`,
      why: 'it has the schema 1 of before 2016',
      fix: 'push the image again with a current tool',
    });
  }
  return has('manifests') ? 'index' : 'manifest';
}

class ManifestImage implements ImageSource {
  readonly image: Image;
  readonly #store: BlobStore;

  constructor(store: BlobStore, image: Image) {
    this.#store = store;
    this.image = image;
  }

  visitLayer(
    ...[layer, visitor, signal, onBytes]: Parameters<ImageSource['visitLayer']>
  ): ReturnType<ImageSource['visitLayer']> {
    return readLayer(this.#store.stream(withSize(layer), signal), layer, visitor, signal, { onBytes });
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

function withSize({ digest, mediaType, size }: LayerDescriptor): { digest: string; mediaType: string; size?: number } {
  if (!isDigest(digest)) throw new OciError('LAYER_CORRUPT', `"${digest.slice(0, 80)}" is no digest`);
  return { digest, mediaType, ...(size === undefined ? {} : { size }) };
}
