import type { ImageSource } from '@bulkhead/scanner';
import { collect, MAX_MANIFEST_BYTES } from '../blob/store.ts';
import { openManifest } from '../manifest/open-manifest.ts';
import { parseJson } from '../manifest/parse.ts';
import { choosePlatform } from '../manifest/platform.ts';
import { type Descriptor, IndexSchema } from '../manifest/schema.ts';
import { layoutBlobs } from './blobs.ts';
import type { ArchiveFiles } from './files.ts';
import type { ArchiveOptions } from './open-archive.ts';
import { selectImage } from './select-image.ts';

const NAMES = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

/** Opens an image of an OCI layout: what containerd, skopeo, buildah and `docker save` since 25 write. */
export async function openLayout(
  files: ArchiveFiles,
  path: string,
  { image, platform }: ArchiveOptions,
  signal: AbortSignal,
): Promise<ImageSource> {
  const content = await collect(files.stream('index.json', signal), MAX_MANIFEST_BYTES, 'index.json');
  const { manifests } = parseJson(IndexSchema, content, `index.json of "${path}"`);
  // One image may be in it several times: once a name, or once a platform under one name.
  const byName = Map.groupBy(manifests, (manifest) => namesOf(manifest)[0] ?? '');
  const byDigests = Map.groupBy(byName.values(), (group) => group.map(({ digest }) => digest).join());
  const candidates = [...byDigests.values()].flatMap((groups) => {
    const [value] = groups;
    return value === undefined ? [] : [{ names: groups.flat().flatMap(namesOf), value }];
  });
  const root = choosePlatform(selectImage(candidates, image, path), platform);
  return openManifest(layoutBlobs(files), root, namesOf(root)[0] ?? path, platform, signal);
}

function namesOf({ annotations, digest }: Descriptor): string[] {
  return [...NAMES.flatMap((name) => annotations[name] ?? []), digest];
}
