import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, Shutdown } from '@bulkhead/runtime';
import type { Hub } from '../agent/hub.ts';
import type { WorkloadFollower } from './follow-workloads.ts';
import { BEAT_MS, type Presence } from './presence.ts';
import { LOOK_MS, type Relay } from './relay.ts';

export interface ReplicaWork {
  readonly presence: Presence;
  readonly relay: Relay;
  readonly follower: WorkloadFollower;
  readonly hub: Hub | undefined;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** How late a workload of another process's agent is seen. */
const FOLLOW_MS = 1_000;

/** Does what processes that share a store do for each other, until the process ends. */
export function startReplicas({ presence, relay, follower, hub, logger }: ReplicaWork, shutdown: Shutdown): void {
  const again = async (ms: number, what: string, work: () => Promise<void>): Promise<void> => {
    const { signal } = shutdown;
    while (!signal.aborted) {
      await work().catch((error: unknown) => logger.error({ err: error }, `${what}: the store cannot be used now`));
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  };
  // Kept until it is done: at the next beat this process is known again, whatever became of its agents.
  let isToReclaim = false;
  const loops = [
    again(BEAT_MS, 'other replicas', async () => {
      if ((await presence.look()) === 'new') {
        logger.warn({ replica: presence.id }, 'other replicas took this one for gone; it is there again');
        isToReclaim = true;
      }
      if (!isToReclaim) return;
      await hub?.reclaim();
      isToReclaim = false;
    }),
  ];
  if (hub !== undefined) {
    loops.push(again(LOOK_MS, 'requests of other replicas', () => relay.look(hub)));
    loops.push(again(FOLLOW_MS, 'workloads of other replicas', () => follower.look(hub)));
  }
  shutdown.onClose('replicas', async () => {
    await Promise.all(loops);
  });
}
