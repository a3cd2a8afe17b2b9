import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreConfig } from './config.ts';
import { StoreError } from './error.ts';
import { openStore, type Store } from './open-store.ts';

const FIRST_WAIT_MS = 250;
/** A server that is being started is there within seconds; one that is away for longer is not asked for each of them. */
const MAX_WAIT_MS = 5_000;

export interface AwaitStoreOptions {
  /** Aborted when nobody needs it any more: then this rejects. */
  readonly signal: AbortSignal;
  /** Told each time that the server does not answer, before it is waited. */
  readonly onWait: (problem: StoreError) => void;
}

/**
 * As `openStore`, for a process that is started together with its database: waits for a server that does not answer yet. What is
 * wrong otherwise, and a file that cannot be opened, is an error at once.
 */
export async function awaitStore(config: StoreConfig, { signal, onWait }: AwaitStoreOptions): Promise<Store> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    try {
      return await openStore(config);
    } catch (error) {
      if (config.postgres === undefined || !(error instanceof StoreError && error.code === 'STORE_UNREACHABLE')) {
        throw error;
      }
      signal.throwIfAborted();
      onWait(error);
      await sleep(waitMs, undefined, { signal });
    }
  }
}
