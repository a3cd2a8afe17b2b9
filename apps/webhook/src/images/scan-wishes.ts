import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@bulkhead/core';
import type { ScanWish } from '../review/answer.ts';

/** What an api made of wishes. */
export interface TakenWishes {
  readonly queued: readonly string[];
  readonly unwatched: readonly string[];
}

export interface ScanWishesOptions {
  /** Passes wishes on. */
  readonly send: (references: readonly string[], signal: AbortSignal) => Promise<TakenWishes>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called with every failure to pass them on. */
  readonly onFailure: (error: unknown) => void;
}

/** Images that a webhook is asked about within minutes and that nobody has scanned: a cluster that starts anew has some hundred. */
const MAX_WISHES = 1_000;
const MAX_REFERENCE = 1_000;
/** As many as the api takes at once. */
const AT_ONCE = 100;
const EVERY_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;
/** Controllers try again every few seconds: one wish in this time is enough. */
const FORGET_MS = 60_000;

interface Wish {
  state: 'waiting' | 'queued' | 'unwatched';
  since: number;
}

/**
 * Wishes that images be scanned, as reviews have them: each is taken at once, and passed on later. What was wished already is not wished
 * again for a while; what is one too many is refused, and wished again by whoever tries again.
 */
export function passOnScanWishes({ send, clock, signal, onFailure }: ScanWishesOptions): {
  readonly wish: (reference: string) => ScanWish;
  readonly done: Promise<void>;
} {
  const wishes = new Map<string, Wish>();

  const forget = (): void => {
    for (const [reference, { state, since }] of wishes) {
      if (state !== 'waiting' && clock.now() - since > FORGET_MS) wishes.delete(reference);
    }
  };

  const pass = async (): Promise<void> => {
    const references = [...wishes].filter(([, { state }]) => state === 'waiting').map(([reference]) => reference);
    for (let at = 0; at < references.length; at += AT_ONCE) {
      const { queued, unwatched } = await send(references.slice(at, at + AT_ONCE), signal);
      for (const [state, taken] of [
        ['queued', queued],
        ['unwatched', unwatched],
      ] as const) {
        for (const reference of taken) if (wishes.has(reference)) wishes.set(reference, { state, since: clock.now() });
      }
    }
  };

  const run = async (): Promise<void> => {
    let backoffMs = EVERY_MS;
    while (!signal.aborted) {
      await sleep(backoffMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await pass();
        backoffMs = EVERY_MS;
      } catch (error) {
        if (!signal.aborted) onFailure(error);
        backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
      }
      forget();
    }
  };

  return {
    wish(reference) {
      const known = wishes.get(reference);
      if (known !== undefined) return known.state === 'unwatched' ? 'unwatched' : 'queued';
      if (wishes.size >= MAX_WISHES || reference.length > MAX_REFERENCE) return 'refused';
      wishes.set(reference, { state: 'waiting', since: clock.now() });
      return 'queued';
    },
    done: run(),
  };
}
