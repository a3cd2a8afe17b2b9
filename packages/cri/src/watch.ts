import { setTimeout as sleep } from 'node:timers/promises';
import { Bell } from '@bulkhead/runtime';
import { CriError } from './error.ts';
import type { ContainerWorkload } from './workload.ts';

/** What is watched: CriClient, or anything that lists and may tell of changes. */
export interface WorkloadLister {
  listWorkloads(): Promise<readonly ContainerWorkload[]>;
  /** Resolves at the end of what is told; rejects with RUNTIME_UNSUPPORTED where nothing ever is. */
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
/** containerd tells that a process has started just before it says so of the container: both are there well within this. */
const SOON_MS = 50;
const LOOKS = 10;

/** Reports the workloads once and then after each change, until the signal aborts. */
export async function watchWorkloads(lister: WorkloadLister, options: WatchOptions): Promise<void> {
  const { signal, intervalMs = DEFAULT_INTERVAL_MS } = options;
  const bell = new Bell({ everyMs: intervalMs, soonMs: Math.min(SOON_MS, intervalMs), looks: LOOKS });
  // A runtime without events is polled; the stream is only a hurry-up.
  void ringOnEvents(lister, bell, intervalMs, signal);
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
    await bell.wait(signal);
  }
}

/** A stream that ended is opened again: runtimes restart. */
async function ringOnEvents(lister: WorkloadLister, bell: Bell, againMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await lister.events(() => bell.ring(), signal);
    } catch (error) {
      if (error instanceof CriError && error.code === 'RUNTIME_UNSUPPORTED') return;
    }
    await sleep(againMs, undefined, { signal }).catch(() => undefined);
  }
}
