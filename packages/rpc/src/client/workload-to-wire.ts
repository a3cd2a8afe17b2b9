import { isIP } from 'node:net';
import type { Workload as CoreWorkload } from '@bulkhead/core';
import type { Workload } from '../gen/agent/v1/agent.ts';
import { MAX_ID, MAX_LABELS, MAX_LIST, MAX_NAME } from '../wire/limits.ts';

/** A workload as an agent knows it. */
export type AgentWorkload = CoreWorkload & { readonly addresses: readonly string[] };

/** A workload as its message, cut to what the wire takes: labels of a foreign image must not end a stream. */
export function workloadToWire({
  id,
  name,
  namespace,
  labels,
  owners,
  addresses,
  netns,
}: CoreWorkload & AgentWorkload): Workload {
  const kept = Object.entries(labels).filter(([key, value]) => key.length <= MAX_ID && value.length <= MAX_ID);
  return {
    id: id.slice(0, MAX_ID),
    name: name.slice(0, MAX_NAME),
    namespace: (namespace ?? '').slice(0, MAX_NAME),
    labels: Object.fromEntries(kept.slice(0, MAX_LABELS)),
    owners: owners
      .slice(0, MAX_LIST)
      .map((owner) => ({ kind: owner.kind.slice(0, MAX_NAME), name: owner.name.slice(0, MAX_NAME) })),
    addresses: addresses.filter((address) => isIP(address) !== 0).slice(0, MAX_LIST),
    netns: netns.path.slice(0, MAX_ID),
  };
}
