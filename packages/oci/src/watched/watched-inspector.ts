import {
  type ImageInspector,
  type ImagePlace,
  type Inventory,
  type LayerCache,
  type LayerScanTime,
  type PlatformImage,
  readersFor,
  scanImage,
  type WatchedRegistry,
} from '@bulkhead/scanner';
import { OciError } from '../error.ts';
import { openImage } from '../open-image.ts';
import { optionsOf } from './registry-options.ts';

export interface WatchedInspectorOptions {
  /** Layers that it knows are not fetched. */
  readonly cache?: LayerCache | undefined;
  /** Called as each layer is done. */
  readonly onLayer?: (layer: LayerScanTime) => void;
}

/** Reads images out of watched registries, layer by layer. */
export class WatchedInspector implements ImageInspector {
  readonly #find: (name: string) => Promise<WatchedRegistry | undefined>;
  readonly #options: WatchedInspectorOptions;

  /** `find` gives a registry by its name. */
  constructor(find: (name: string) => Promise<WatchedRegistry | undefined>, options: WatchedInspectorOptions = {}) {
    this.#find = find;
    this.#options = options;
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
      const { cache, onLayer } = this.#options;
      const { inventory } = await scanImage(source, await readersFor('image'), cache, {
        signal,
        ...(onLayer !== undefined && { onLayer }),
      });
      const { os, architecture, variant } = source.image.config;
      return { image: { digest, os, architecture, ...(variant !== undefined && { variant }) }, inventory };
    } finally {
      await source.close();
    }
  }
}
