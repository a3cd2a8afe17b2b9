import type { KnownWorkload } from '@bulkhead/control-plane';
import type { CommandAction, CommandOutcome } from '@bulkhead/rpc';
import type { SettledByPerson } from '../response/quarantine-orders.ts';

/** Reaches agents, whichever process of the control plane they are connected to. */
export interface AgentCommands {
  /** Nothing when the agent is not connected. Rejects when it does not answer. */
  command(agent: string, action: CommandAction): Promise<CommandOutcome | undefined>;
  /** Has the agent of a workload cut it off or release it, and keeps that. Nothing when the agent does not answer. */
  settle(workload: KnownWorkload, action: SettledByPerson, by: string): Promise<CommandOutcome | undefined>;
  /** Ends the stream of an agent that is not welcome any more. */
  dismiss(agent: string, reason: string): Promise<void>;
}

/** Where no agents are served. */
export const noAgents: AgentCommands = {
  command: () => Promise.resolve(undefined),
  settle: () => Promise.resolve(undefined),
  dismiss: () => Promise.resolve(),
};
