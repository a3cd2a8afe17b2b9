import {
  type ImageInspector,
  type ImagePlace,
  type ImageScanner,
  type Inventory,
  type LayerCache,
  LayerFlights,
  type LayerScanTime,
  type PlatformImage,
  type Reader,
  readersFor,
  scanImage,
  type WatchedRegistry,
} from '@bulkhead/scanner';
import { OciError } from '../error.ts';
import { OpenRegistries } from './open-registries.ts';

export interface WatchedInspectorOptions {
  /** Looks for secrets too: a reader for them. */
  readonly secrets?: Reader | undefined;
  /** Layers that it knows are not fetched. */
  readonly cache?: LayerCache | undefined;
  /** Called as each layer is done. */
  readonly onLayer?: (layer: LayerScanTime) => void;
}

/**
 * Reads images out of watched registries, layer by layer. Images that are read at the same moment share the registry's
 * connections, and a layer they have in common is read once. Close it when done.
 */
export class WatchedInspector implements ImageInspector {
  readonly #find: (name: string) => Promise<WatchedRegistry | undefined>;
  readonly #options: WatchedInspectorOptions;
  readonly #registries = new OpenRegistries();
  readonly #flights = new LayerFlights();

  /** `find` gives a registry by its name. */
  constructor(find: (name: string) => Promise<WatchedRegistry | undefined>, options: WatchedInspectorOptions = {}) {
    this.#find = find;
    this.#options = options;
  }

  get scanners(): readonly ImageScanner[] {
    return this.#options.secrets === undefined ? ['vuln'] : ['vuln', 'secret'];
  }

  async inspect(
    place: ImagePlace,
    signal: AbortSignal,
  ): Promise<{ readonly image: PlatformImage; readonly inventory: Inventory; readonly layers: readonly string[] }> {
    const { registry: name, repository, digest } = place;
    const registry = await this.#find(name);
    if (registry === undefined) {
      throw new OciError('IMAGE_NOT_FOUND', {
        what: `${repository}@${digest} cannot be scanned`,
        why: `the registry ${JSON.stringify(name)} is not watched any more`,
      });
    }
    return this.#registries.use(registry, async (open) => {
      const source = await open.image(repository, digest, signal);
      const { cache, onLayer, secrets } = this.#options;
      const readers = [...(await readersFor('image')), ...(secrets === undefined ? [] : [secrets])];
      const { inventory } = await scanImage(source, readers, cache, {
        signal,
        flights: this.#flights,
        ...(onLayer !== undefined && { onLayer }),
      });
      const { os, architecture, variant } = source.image.config;
      const image = { digest, os, architecture, ...(variant !== undefined && { variant }) };
      return { image, inventory, layers: source.image.layers.map(({ diffId }) => diffId) };
    });
  }

  close(): void {
    this.#registries.close();
  }
}
