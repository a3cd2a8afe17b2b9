import { systemClock } from '@bulkhead/core';
import type { Logger, Shutdown } from '@bulkhead/runtime';
import type { Store } from '@bulkhead/store';
import { Presence } from './presence.ts';
import { Relay } from './relay.ts';

/** Has other processes of the same store know of this one. A store in a file is of one process. */
export async function joinReplicas(
  store: Store,
  logger: Logger,
  shutdown: Shutdown,
): Promise<{ readonly presence: Presence; readonly relay: Relay }> {
  const clock = systemClock;
  const steady = (): number => performance.now();
  const { replicas, agentRequests: requests, agents, workloads } = store;
  const presence = await Presence.join({ replicas, clock, steady, isAlone: store.dialect === 'sqlite' });
  const { signal } = shutdown;
  const relay = new Relay({ requests, agents, workloads, replica: presence.id, clock, logger, signal });
  shutdown.onClose('presence', async () => {
    await relay.settled();
    await presence.leave();
  });
  return { presence, relay };
}
