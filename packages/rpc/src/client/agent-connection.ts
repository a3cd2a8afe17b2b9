import type { Clock } from '@bulkhead/core';
import type { Spool } from '../spool/spool.ts';
import type { CommandAction, CommandOutcome, PolicyAnswer, SnapshotText } from '../wire/terms.ts';
import type { AgentCredentials } from './channel.ts';
import type { AgentWorkload } from './workload-to-wire.ts';

export interface ConnectAgentOptions {
  /** `host:port` of the control plane. */
  readonly address: string;
  readonly credentials: AgentCredentials;
  readonly node: string;
  readonly version: string;
  readonly capabilities: readonly string[];
  /** Events waiting to be sent. The connection reads and acknowledges; `notify` tells of new ones. */
  readonly spool: Spool;
  /** The version of the snapshot that is enforced already. */
  readonly policyVersion: string | undefined;
  /** Called one after the other. What it resolves with is told to the control plane. */
  readonly onSnapshot: (snapshot: SnapshotText) => Promise<PolicyAnswer>;
  readonly onCommand: (action: CommandAction) => Promise<CommandOutcome>;
  /** Makes a new key and a request for its certificate (PEM). */
  readonly createRequest: () => Promise<{ readonly requestPem: string; readonly keyPem: string }>;
  /** New credentials came; they are used once this has resolved. */
  readonly onCredentials: (credentials: AgentCredentials) => Promise<void>;
  /** Told at each change. */
  readonly onState: (state: ConnectionState) => void;
  /** What went wrong and is tried again, for people: a renewal that was refused, credentials that could not be kept. */
  readonly onProblem: (problem: string) => void;
  readonly clock?: Clock;
  /** For tests: how long to wait after so many failures. */
  readonly backOffMs?: (failures: number) => number;
}

export type ConnectionState =
  | { readonly state: 'connected' }
  /** It is tried again. `refused`: the control plane answered, and does not want this agent. */
  | { readonly state: 'disconnected' | 'refused'; readonly why: string };

/** An agent's end of the wire. It connects, and connects again, until it is closed. */
export interface AgentConnection {
  /** There are new events in the spool. */
  notify(): void;
  /** The workloads of the node, whenever they change. */
  setWorkloads(workloads: readonly AgentWorkload[]): void;
  /** What has become of the policy in force, whenever it changes. */
  answerPolicy(answer: PolicyAnswer): void;
  /** Waits until the spool is empty, at most so long, and ends the stream. */
  close(drainMs: number): Promise<void>;
}
