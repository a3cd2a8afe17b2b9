import type { CommandAction, CommandOutcome } from '@bulkhead/rpc';

/** Reaches agents that are connected to this process. */
export interface AgentCommands {
  /** Nothing when the agent is not connected here. Rejects when it does not answer. */
  command(agent: string, action: CommandAction): Promise<CommandOutcome | undefined>;
  /** Ends the stream of an agent that is not welcome any more. */
  dismiss(agent: string, reason: string): void;
}

/** Where no agents are served. */
export const noAgents: AgentCommands = { command: () => Promise.resolve(undefined), dismiss: () => undefined };
