import type { CommandOutcome } from '@bulkhead/rpc';
import { newId } from '../access/secret.ts';
import type { AgentCommands } from './agent-commands.ts';

/** Has an agent scan a container, or its node where none is named. Nothing when it does not answer. */
export async function commandScan(
  agents: Pick<AgentCommands, 'command'>,
  agent: string,
  workloadId = '',
): Promise<(CommandOutcome & { readonly scan?: string }) | undefined> {
  const scan = newId();
  const outcome = await agents.command(agent, { kind: 'scan', workloadId, scanId: scan }).catch(() => undefined);
  return outcome?.outcome === 'done' ? { ...outcome, scan } : outcome;
}
