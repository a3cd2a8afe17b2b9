import type { Clock } from '@bulkhead/core';
import type { CommandOutcome } from '@bulkhead/rpc';
import type { BegunNodeScan, NodeScanStore } from '@bulkhead/store';
import { newId } from '../access/secret.ts';
import type { AgentCommands } from '../agent/agent-commands.ts';

export interface ScanPorts {
  readonly agents: Pick<AgentCommands, 'command'>;
  readonly nodeScans: Pick<NodeScanStore, 'begin' | 'forget'>;
  readonly clock: Clock;
}

/** Has an agent scan a container, or its node where none is named. Nothing when it does not answer. */
export async function beginScan(
  place: Omit<BegunNodeScan, 'scan'>,
  { agents, nodeScans, clock }: ScanPorts,
): Promise<(CommandOutcome & { readonly scan?: string }) | undefined> {
  const scan = newId();
  // First: its end may be told before its beginning is answered.
  await nodeScans.begin({ ...place, scan }, new Date(clock.now()).toISOString());
  const action = { kind: 'scan', workloadId: place.workload?.id ?? '', scanId: scan } as const;
  const outcome = await agents.command(place.agent, action).catch(() => undefined);
  if (outcome?.outcome === 'done') return { ...outcome, scan };
  await nodeScans.forget(scan);
  return outcome;
}
