import type { WatchedRegistry } from '@bulkhead/scanner';
import { Registry } from '../registry/registry.ts';
import { optionsOf } from './registry-options.ts';

/** As many images at once as a worker may be told to scan, with the two layers of each. */
const MAX_CONNECTIONS = 128;
/** Passwords and certificates are renewed: who was let in is asked again after this time. */
const MAX_AGE_MS = 5 * 60_000;

/**
 * Registries that stay open from one image to the next: connections and tokens cost several round trips each, and most
 * images of a registry are small. What fails is opened anew by the next who asks.
 */
export class OpenRegistries {
  readonly #open = new Map<string, Opened>();

  async use<T>(watched: WatchedRegistry, act: (registry: Registry) => Promise<T>): Promise<T> {
    const key = JSON.stringify(watched);
    const opened = this.#current(key, watched);
    opened.users += 1;
    try {
      return await act(await opened.registry);
    } catch (error) {
      this.#retire(key, opened);
      throw error;
    } finally {
      opened.users -= 1;
      closeUnused(opened);
    }
  }

  /** Closes what nobody uses now, and the rest once its users are done. */
  close(): void {
    for (const [key, opened] of this.#open) this.#retire(key, opened);
  }

  #current(key: string, watched: WatchedRegistry): Opened {
    const known = this.#open.get(key);
    if (known !== undefined && performance.now() - known.openedAt < MAX_AGE_MS) return known;
    if (known !== undefined) this.#retire(key, known);
    const registry = optionsOf(watched).then(
      (options) => new Registry(watched.host, { ...options, maxConnections: MAX_CONNECTIONS }),
    );
    const opened = { registry, openedAt: performance.now(), users: 0, retired: false };
    this.#open.set(key, opened);
    return opened;
  }

  #retire(key: string, opened: Opened): void {
    if (this.#open.get(key) === opened) this.#open.delete(key);
    opened.retired = true;
    closeUnused(opened);
  }
}

interface Opened {
  readonly registry: Promise<Registry>;
  readonly openedAt: number;
  users: number;
  retired: boolean;
}

function closeUnused({ registry, users, retired }: Opened): void {
  if (!retired || users > 0) return;
  // One that could not be opened has told so to whoever wanted it.
  registry.then((one) => one.close()).catch(() => undefined);
}
