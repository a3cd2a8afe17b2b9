import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@bulkhead/core';
import { type ImageKnowledge, ImageMemory, type ImagePortion, takeChange } from '@bulkhead/policy';

/** Who tells of images. */
export interface ImageSource {
  after(position: string | undefined, signal: AbortSignal): Promise<ImagePortion>;
}

/** What is known of images now, and whether all that is told has been heard once. */
export interface FollowedImages extends ImageKnowledge {
  readonly complete: boolean;
  readonly size: number;
}

export interface FollowOptions {
  readonly source: ImageSource;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called whenever all that is told has been heard. */
  readonly onCurrent: (images: number) => void;
  /** Called with every failure to ask. */
  readonly onFailure: (error: unknown) => void;
  /** Called with the digest of an image that cannot be used: one of a shape that is not known, or one too many. */
  readonly onUnusable: (digest: string, why: string) => void;
}

/** Longer silence than this is said in answers; failures before are an api that is started anew. */
const SILENCE_MS = 60_000;
const MAX_BACKOFF_MS = 60_000;

/**
 * Keeps a copy of what is told of images. What is known stays while nobody can be asked, and reviews never wait: each image is
 * taken in by itself, and reviews are answered in between.
 */
export function followImages(options: FollowOptions): FollowedImages & { readonly done: Promise<void> } {
  const { everyMs, clock, signal, onCurrent, onFailure } = options;
  const memory = new ImageMemory();
  let currentAt: number | undefined;
  let failure: string | undefined;

  const follow = async (): Promise<void> => {
    let position: string | undefined;
    /** What has been named since the feed began anew; nothing once that is over. */
    let named: Set<string> | undefined;
    let backoffMs = everyMs;
    while (!signal.aborted) {
      let more = false;
      try {
        const portion = await options.source.after(position, signal);
        if (portion.reset) named = new Set();
        for (const change of portion.changes) {
          const digest = takeChange(memory, change, options.onUnusable);
          if (digest !== undefined) named?.add(digest);
          await setImmediate();
        }
        position = portion.next;
        more = portion.more;
        failure = undefined;
        backoffMs = everyMs;
        if (!more) {
          if (named !== undefined) memory.retain(named);
          named = undefined;
          currentAt = clock.now();
          onCurrent(memory.size);
        }
      } catch (error) {
        if (signal.aborted) return;
        failure = error instanceof Error ? error.message : String(error);
        onFailure(error);
        backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
      }
      if (!more) await sleep(backoffMs, undefined, { signal }).catch(() => undefined);
    }
  };

  return {
    find: (image) => memory.find(image),
    basesOf: (image) => memory.basesOf(image),
    get doubt() {
      if (currentAt === undefined) return failure ?? 'what is known of images is still being read';
      if (clock.now() - currentAt <= Math.max(SILENCE_MS, 3 * everyMs)) return undefined;
      return `the api was last heard ${new Date(currentAt).toISOString()}`;
    },
    get complete() {
      return currentAt !== undefined;
    },
    get size() {
      return memory.size;
    },
    done: follow(),
  };
}
