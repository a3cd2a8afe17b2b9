import {
  type ImageInspector,
  type ImagePlace,
  type Inventory,
  type LayerCache,
  type PlatformImage,
  readersFor,
  scanImage,
  type WatchedRegistry,
} from '@bulkhead/scanner';
import { OciError } from '../error.ts';
import { openImage } from '../open-image.ts';
import { optionsOf } from './registry-options.ts';

/** Reads images out of watched registries, layer by layer. */
export class WatchedInspector implements ImageInspector {
  readonly #find: (name: string) => Promise<WatchedRegistry | undefined>;
  readonly #cache: LayerCache | undefined;

  /** `find` gives a registry by its name; with a cache, layers that are known are not fetched. */
  constructor(find: (name: string) => Promise<WatchedRegistry | undefined>, cache?: LayerCache) {
    this.#find = find;
    this.#cache = cache;
  }

  async inspect(
    place: ImagePlace,
    signal: AbortSignal,
  ): Promise<{ readonly image: PlatformImage; readonly inventory: Inventory }> {
    const { registry: name, repository, digest } = place;
    const registry = await this.#find(name);
    if (registry === undefined) {
      throw new OciError('IMAGE_NOT_FOUND', {
        what: `${repository}@${digest} cannot be scanned`,
        why: `the registry ${JSON.stringify(name)} is not watched any more`,
      });
    }
    const source = await openImage(`${registry.host}/${repository}@${digest}`, {
      ...(await optionsOf(registry)),
      signal,
    });
    try {
      const { inventory } = await scanImage(source, await readersFor('image'), this.#cache, { signal });
      const { os, architecture, variant } = source.image.config;
      return { image: { digest, os, architecture, ...(variant !== undefined && { variant }) }, inventory };
    } finally {
      await source.close();
    }
  }
}
