import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerWorkload } from './workload.ts';

/** What is watched: CriClient, or anything that lists and may tell of changes. */
export interface WorkloadLister {
  listWorkloads(): Promise<readonly ContainerWorkload[]>;
  events(onEvent: () => void, signal: AbortSignal): Promise<void>;
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Upper bound of the time until a change is seen. Runtimes that tell of changes are listed at once as well. */
  readonly intervalMs?: number;
  readonly onWorkloads: (workloads: readonly ContainerWorkload[]) => Promise<void> | void;
  /** The list could not be read: what was last reported still holds, and the watch goes on. */
  readonly onError: (error: unknown) => void;
}

const DEFAULT_INTERVAL_MS = 2_000;

/** Reports the workloads once and then after each change, until the signal aborts. */
export async function watchWorkloads(lister: WorkloadLister, options: WatchOptions): Promise<void> {
  const { signal } = options;
  const bell = new Bell();
  // A runtime without events, or one that restarts, is polled; the stream is only a hurry-up.
  void ringOnEvents(lister, bell, signal);
  let last: string | undefined;
  while (!signal.aborted) {
    try {
      const workloads = await lister.listWorkloads();
      const seen = JSON.stringify(workloads);
      if (seen !== last) {
        await options.onWorkloads(workloads);
        last = seen;
      }
    } catch (error) {
      if (!signal.aborted) options.onError(error);
    }
    await bell.wait(options.intervalMs ?? DEFAULT_INTERVAL_MS, signal);
  }
}

async function ringOnEvents(lister: WorkloadLister, bell: Bell, signal: AbortSignal): Promise<void> {
  try {
    await lister.events(() => bell.ring(), signal);
  } catch {
    // Polling goes on, which is the whole of the recovery.
  }
}

class Bell {
  #ringer: (() => void) | undefined;
  #rung = false;

  ring(): void {
    this.#rung = true;
    this.#ringer?.();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const early = new AbortController();
      this.#ringer = () => early.abort();
      await sleep(ms, undefined, { signal: AbortSignal.any([signal, early.signal]) }).catch(() => undefined);
      this.#ringer = undefined;
    }
    this.#rung = false;
  }
}
