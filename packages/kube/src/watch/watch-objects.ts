import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient, ListOptions } from '../client/client.ts';
import { type KubeObject, keyOf } from '../client/object.ts';
import { apiVersionOf, type Resource } from '../client/resource.ts';
import { asKubeError, type KubeError } from '../error.ts';
import { Backoff } from './backoff.ts';
import { lines } from './lines.ts';
import { listAll, tooMany } from './list-all.ts';
import { readWatchLine } from './wire.ts';

/** What a watch tells, in the order in which it came to know it. */
export type ObjectEvent<Kept> =
  /** An object is new (no `before`) or another than before. Also for each object of a first list. */
  | { readonly type: 'written'; readonly key: string; readonly object: Kept; readonly before: Kept | undefined }
  | { readonly type: 'deleted'; readonly key: string; readonly before: Kept }
  /** A list is whole: what `objects` holds was so at one moment. The first one is what `synced` waits for. */
  | { readonly type: 'synced' }
  /** Something went wrong; what is held stays as it is, and the watch goes on after `retryInMs`. */
  | { readonly type: 'error'; readonly error: KubeError; readonly retryInMs: number };

export interface WatchOptions<Kept> extends ListOptions {
  readonly signal: AbortSignal;
  /** What is kept in memory of an object: no more than is used. */
  readonly keep: (object: KubeObject) => Kept;
  readonly onEvent?: (event: ObjectEvent<Kept>) => void;
  /** More objects than this are an error instead of memory. */
  readonly maxObjects?: number;
  readonly pageSize?: number;
  readonly backoff?: Backoff;
  /** How long the server may keep a watch open, in seconds; each time up to twice as long. */
  readonly watchSeconds?: number;
}

/** The objects of a resource, as they are now or were when the API server was last heard of. */
export interface ObjectWatch<Kept> {
  /** By `namespace/name`, or the name of what has no namespace. */
  readonly objects: ReadonlyMap<string, Kept>;
  /** Whether the first list is whole. */
  readonly isSynced: boolean;
  /** Resolves with true when the first list is whole, and with false when it was told to stop before. */
  readonly synced: Promise<boolean>;
  /** Resolves when it has stopped, after the signal was aborted. */
  readonly done: Promise<void>;
}

const MAX_OBJECTS = 200_000;
/** As kubectl's and the controllers' own watches: servers behind a balancer are spread anew every few minutes. */
const WATCH_SECONDS = 300;
/** Beyond what the server was asked for: then the connection is dead, whatever TCP thinks of it. */
const GRACE_MS = 30_000;
/** A watch that lived so long shows that the server is well. */
const HEALTHY_MS = 5_000;

/**
 * Lists a resource and then follows it, for ever. A watch that ends or is cut goes on where it was, by the last version or bookmark; a
 * version that is no longer kept (410) has it list again after a random time. What happens is told as events, in order; nothing is
 * thrown, also not by the promises. An object whose version is the one that is held is not told again.
 */
export function watchObjects<Kept>(
  client: KubeClient,
  resource: Resource,
  options: WatchOptions<Kept>,
): ObjectWatch<Kept> {
  const watcher = new Watcher(client, resource, options);
  const done = watcher.run();
  return {
    objects: watcher.view,
    get isSynced() {
      return watcher.isSynced;
    },
    synced: watcher.synced.promise,
    done,
  };
}

interface Held<Kept> {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly kept: Kept;
}

class Watcher<Kept> {
  readonly #client: KubeClient;
  readonly #resource: Resource;
  readonly #options: WatchOptions<Kept>;
  readonly #backoff: Backoff;
  readonly #held = new Map<string, Held<Kept>>();
  readonly view = new Map<string, Kept>();
  readonly synced = Promise.withResolvers<boolean>();
  isSynced = false;
  /** Where a watch goes on; absent: it has to be listed. */
  #version: string | undefined;

  constructor(client: KubeClient, resource: Resource, options: WatchOptions<Kept>) {
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list();
        await this.#watch();
      } catch (error) {
        await this.#rest(asKubeError(error, `cannot watch ${this.#resource.plural}`));
      }
    }
    this.synced.resolve(false);
  }

  async #list(): Promise<void> {
    const { keep, maxObjects = MAX_OBJECTS } = this.#options;
    const { objects, resourceVersion } = await listAll(this.#client, this.#resource, {
      ...this.#options,
      maxObjects,
      keep: (object) => ({ key: keyOf(object), value: heldOf(object, keep) }),
    });
    for (const key of this.#held.keys()) if (!objects.has(key)) this.#remove(key);
    for (const [key, held] of objects) this.#put(key, held);
    this.#version = resourceVersion;
    this.#backoff.reset();
    this.isSynced = true;
    this.#tell({ type: 'synced' });
    this.synced.resolve(true);
  }

  async #watch(): Promise<void> {
    const { signal, watchSeconds = WATCH_SECONDS } = this.#options;
    const timeoutSeconds = Math.ceil(watchSeconds * (1 + Math.random()));
    const ended = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000 + GRACE_MS)]);
    const started = performance.now();
    const resourceVersion = this.#version ?? '';
    const answer = await this.#client.openWatch(this.#resource, {
      ...this.#options,
      resourceVersion,
      timeoutSeconds,
      signal: ended,
    });
    try {
      for await (const line of lines(answer)) this.#take(line);
    } finally {
      answer.destroy();
      if (performance.now() - started > HEALTHY_MS) this.#backoff.reset();
    }
    // An end in order. One right after the other would be a loop without rest.
    if (performance.now() - started < HEALTHY_MS) await this.#pause(this.#backoff.next());
  }

  #take(line: string): void {
    const event = readWatchLine(line);
    switch (event.type) {
      case 'error':
        throw event.error;
      case 'bookmark':
        this.#version = event.resourceVersion;
        return;
      case 'deleted':
        this.#remove(keyOf(event.object));
        this.#version = event.object.metadata.resourceVersion;
        return;
      case 'written': {
        const { maxObjects = MAX_OBJECTS, keep } = this.#options;
        const key = keyOf(event.object);
        if (!this.#held.has(key) && this.#held.size >= maxObjects) {
          // Listed anew it either fits again, or is told again.
          this.#version = undefined;
          throw tooMany(this.#resource, maxObjects);
        }
        const object = { ...event.object, apiVersion: apiVersionOf(this.#resource), kind: this.#resource.kind };
        this.#put(key, heldOf(object, keep));
        this.#version = event.object.metadata.resourceVersion;
        return;
      }
    }
  }

  #put(key: string, held: Held<Kept>): void {
    const before = this.#held.get(key);
    if (before !== undefined && before.uid === held.uid && before.resourceVersion === held.resourceVersion) return;
    // One that was deleted and made anew under the same name is another one.
    if (before !== undefined && before.uid !== held.uid) this.#remove(key);
    this.#held.set(key, held);
    this.view.set(key, held.kept);
    this.#tell({ type: 'written', key, object: held.kept, before: before?.uid === held.uid ? before.kept : undefined });
  }

  #remove(key: string): void {
    const before = this.#held.get(key);
    if (before === undefined) return;
    this.#held.delete(key);
    this.view.delete(key);
    this.#tell({ type: 'deleted', key, before: before.kept });
  }

  /** After an error: whether the version still serves, and how long to wait. */
  async #rest(error: KubeError): Promise<void> {
    if (this.#options.signal.aborted) return;
    const expired = error.code === 'EXPIRED';
    // A version that the server refuses for any reason must not be asked for again for ever.
    if (expired || error.code === 'INVALID' || error.code === 'BAD_ANSWER') this.#version = undefined;
    const retryInMs = this.#backoff.next(error.retryAfterMs);
    this.#tell({ type: 'error', error, retryInMs });
    await this.#pause(retryInMs);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#options.signal }).catch(() => undefined);
  }

  #tell(event: ObjectEvent<Kept>): void {
    this.#options.onEvent?.(event);
  }
}

function heldOf<Kept>(object: KubeObject, keep: (object: KubeObject) => Kept): Held<Kept> {
  const { uid, resourceVersion } = object.metadata;
  return { uid, resourceVersion, kept: keep(object) };
}
