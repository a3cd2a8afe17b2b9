import type { PlatformImage } from '@bulkhead/scanner';
import { short } from '../blob/digest.ts';
import { type BlobStore, MAX_CONFIG_BYTES, MAX_MANIFEST_BYTES, readBlob } from '../blob/store.ts';
import { IMAGE_CONFIGS, kindOf, MAX_INDEX_DEPTH } from './open-manifest.ts';
import { parseJson } from './parse.ts';
import { ConfigSchema, type Descriptor, IndexSchema, ManifestSchema } from './schema.ts';

/** What builders write for the attestations they put beside the images of an index. */
const NO_PLATFORM = 'unknown';

/**
 * The images behind a manifest or an index, one for each platform. None for artifacts of another kind: signatures,
 * charts, attestations. An index says itself which platforms it has; only what it leaves open is fetched.
 */
export async function listImages(
  store: BlobStore,
  root: Descriptor,
  signal: AbortSignal,
  depth = 0,
): Promise<readonly PlatformImage[]> {
  const what = `the manifest ${short(root.digest)}`;
  const content = await readBlob(store, root, MAX_MANIFEST_BYTES, 'the manifest', signal);
  if (kindOf(content, what) === 'manifest') {
    const { config } = parseJson(ManifestSchema, content, what);
    if (!IMAGE_CONFIGS.includes(config.mediaType)) return [];
    const described = await readBlob(store, config, MAX_CONFIG_BYTES, 'the configuration', signal);
    return [imageOf(root.digest, parseJson(ConfigSchema, described, `the configuration ${short(config.digest)}`))];
  }
  if (depth >= MAX_INDEX_DEPTH) return [];
  const found = new Map<string, PlatformImage>();
  for (const child of parseJson(IndexSchema, content, what).manifests) {
    if (child.platform?.os === NO_PLATFORM) continue;
    const images =
      child.platform === undefined
        ? await listImages(store, child, signal, depth + 1)
        : [imageOf(child.digest, child.platform)];
    for (const image of images) found.set(image.digest, image);
  }
  return [...found.values()];
}

function imageOf(
  digest: string,
  { os, architecture, variant }: { os: string; architecture: string; variant?: string | undefined },
): PlatformImage {
  return { digest, os, architecture, ...(variant !== undefined && variant !== '' && { variant }) };
}
