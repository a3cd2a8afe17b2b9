import { createHash } from 'node:crypto';
import type { Image, ImageSource, LayerDescriptor } from '@bulkhead/scanner';
import { isDigest } from '../blob/digest.ts';
import { collect, MAX_CONFIG_BYTES, MAX_MANIFEST_BYTES } from '../blob/store.ts';
import { OciError } from '../error.ts';
import { readLayer } from '../layer/read-layer.ts';
import { describeImage } from '../manifest/describe-image.ts';
import { parseJson } from '../manifest/parse.ts';
import { isSamePlatform, platformText } from '../manifest/platform.ts';
import { type Config, ConfigSchema, DockerManifestSchema } from '../manifest/schema.ts';
import { entryPath } from '../tar/entry-path.ts';
import type { ArchiveFiles } from './files.ts';
import { layerDigest } from './layer-digest.ts';
import type { ArchiveOptions } from './open-archive.ts';
import { selectImage } from './select-image.ts';

const MEDIA_TYPE = 'application/vnd.docker.image.rootfs.diff.tar';

/** What to do about an archive whose content is not what it names. */
const ALLOW = 'save the image again, or read it as it is with --allow-wrong-digests if you changed it yourself';

/**
 * Opens an image of an archive in the form of `docker save` before version 25, which skopeo and others write too: a
 * list of images, each with the names of its configuration and layers. The image's digest is its configuration's.
 */
export async function openDockerSave(
  files: ArchiveFiles,
  path: string,
  { image: wanted, platform, allowWrongDigests = false }: ArchiveOptions,
  signal: AbortSignal,
): Promise<ImageSource> {
  const list = await collect(files.stream('manifest.json', signal), MAX_MANIFEST_BYTES, 'manifest.json');
  const images = parseJson(DockerManifestSchema, list, `manifest.json of "${path}"`);
  const candidates = images.map((value) => ({ names: value.RepoTags ?? [], value }));
  const chosen = selectImage(candidates, wanted, path);

  const content = await collect(files.stream(entryPath(chosen.Config), signal), MAX_CONFIG_BYTES, 'the configuration');
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const stated = /([0-9a-f]{64})(?:\.json)?$/.exec(chosen.Config)?.[1];
  if (!allowWrongDigests && stated !== undefined && digest !== `sha256:${stated}`) {
    throw new OciError('NOT_AN_IMAGE', {
      what: `the configuration in "${path}" is not the one its name is the digest of`,
      fix: ALLOW,
    });
  }
  const config = parseJson(ConfigSchema, content, `the configuration in "${path}"`);
  if (platform !== undefined && !isSamePlatform(platform, config)) {
    throw new OciError('PLATFORM_NOT_FOUND', {
      what: `the image is not there for ${platformText(platform)}`,
      why: `the archive "${path}" holds it for ${platformText(config)}`,
    });
  }
  const names = chosen.Layers.map(entryPath);
  const diffIds = allowWrongDigests ? await computeDiffIds(files, names, signal) : config.rootfs.diff_ids;
  const actual: Config = { ...config, rootfs: { diff_ids: diffIds } };
  const layers = names.map((name, index) => ({
    mediaType: MEDIA_TYPE,
    digest: blobDigest(name) ?? diffIds[index] ?? '',
    size: files.size(name),
    annotations: {},
  }));
  const image = describeImage(chosen.RepoTags?.[0] ?? path, digest, digest, actual, layers, ALLOW);
  return new DockerSaveImage(files, image, names);
}

async function computeDiffIds(files: ArchiveFiles, names: readonly string[], signal: AbortSignal): Promise<string[]> {
  const digests: string[] = [];
  for (const name of names) digests.push(await layerDigest(files.stream(name, signal), signal));
  return digests;
}

/** The digest of the stored bytes, where the name of the file in the archive is one. */
function blobDigest(name: string): string | undefined {
  const digest = name.replace(/^blobs\/(sha256|sha512)\//, '$1:');
  return digest !== name && isDigest(digest) ? digest : undefined;
}

class DockerSaveImage implements ImageSource {
  readonly image: Image;
  readonly #files: ArchiveFiles;
  readonly #names: readonly string[];

  constructor(files: ArchiveFiles, image: Image, names: readonly string[]) {
    this.#files = files;
    this.image = image;
    this.#names = names;
  }

  visitLayer(
    ...[layer, visitor, signal, onBytes]: Parameters<ImageSource['visitLayer']>
  ): ReturnType<ImageSource['visitLayer']> {
    const name = this.#nameOf(layer);
    const digest = blobDigest(name) ?? 'unknown';
    const options = { blobDigest: digest, onBytes, digestFix: ALLOW };
    return readLayer(this.#files.stream(name, signal), layer, visitor, signal, options);
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  #nameOf(layer: LayerDescriptor): string {
    const name = this.#names[this.image.layers.indexOf(layer)];
    if (name === undefined) throw new OciError('LAYER_CORRUPT', `the layer ${layer.diffId} is none of this image's`);
    return name;
  }
}
