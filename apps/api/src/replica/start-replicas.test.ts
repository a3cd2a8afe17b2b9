import { EventEmitter } from 'node:events';
import { createLogger, createShutdown } from '@bulkhead/runtime';
import { expect, it, vi } from 'vitest';
import { startStand } from '../test-support/stand.ts';
import { WorkloadFollower } from './follow-workloads.ts';
import { Presence } from './presence.ts';
import { Relay } from './relay.ts';
import { startReplicas } from './start-replicas.ts';

it('says who is connected here until the store has taken it, after others took this api for gone', async () => {
  const stand = await startStand();
  const { store, hub, clock } = stand;
  const shutdown = createShutdown({ signals: new EventEmitter() });
  const presence = await Presence.join({ replicas: store.replicas, clock, steady: () => clock.now(), isAlone: true });
  const logger = createLogger('api', 'fatal');
  const error = vi.spyOn(logger, 'error');
  const { agentRequests: requests, agents, workloads } = store;
  const { signal } = shutdown;
  const relay = new Relay({ requests, agents, workloads, replica: presence.id, clock, logger, signal });
  const follower = await WorkloadFollower.open(workloads);
  const reclaim = vi.spyOn(hub, 'reclaim').mockRejectedValueOnce(new Error('away'));
  await store.replicas.remove(presence.id, '');

  startReplicas({ presence, relay, follower, hub, logger }, shutdown);

  await vi.waitFor(() => expect(reclaim).toHaveBeenCalledTimes(2), { timeout: 30_000, interval: 50 });
  await reclaim.mock.results[1]?.value;
  expect(error).toHaveBeenCalledOnce();
  expect(await shutdown.close('test')).toEqual([]);
  await stand.close();
});
