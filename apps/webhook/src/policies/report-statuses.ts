import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeClient, writeStatuses } from '@bulkhead/kube';
import type { ClusterPolicies } from './from-cluster.ts';

/** What another process wrote, or what failed, is put right after this at the latest. */
const EVERY_MS = 60_000;
const ENFORCEMENT = { summary: 'judged by the webhook at admission', notEnforced: [] };
/** Between two passes: statuses come back as changes. */
const REST_MS = 250;

/** Writes into the policies' status what became of them, until the signal aborts. For one process of a cluster, the leader. */
export async function reportStatuses(
  client: KubeClient,
  policies: ClusterPolicies,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let bell = Promise.withResolvers<void>();
  policies.onChange(() => bell.resolve());
  while (!signal.aborted) {
    bell = Promise.withResolvers<void>();
    const errors = await writeStatuses(client, {
      states: policies.watch.current?.states ?? [],
      found: (file) => policies.watch.statusOf(file),
      enforcement: () => ENFORCEMENT,
      fieldManager: 'bulkhead-webhook',
      now: Date.now(),
      signal,
    });
    for (const error of errors) onError(error);
    await sleep(REST_MS, undefined, { signal }).catch(() => undefined);
    const waited = new AbortController();
    const either = AbortSignal.any([signal, waited.signal]);
    await Promise.race([bell.promise, sleep(EVERY_MS, undefined, { signal: either }).catch(() => undefined)]);
    waited.abort();
  }
}
