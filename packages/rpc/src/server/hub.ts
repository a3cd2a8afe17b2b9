import type { Owner } from '@bulkhead/core';
import type { Position } from '../wire/position.ts';
import type { CommandAction, CommandOutcome, PolicyAnswer, SnapshotText } from '../wire/terms.ts';

/** Somebody who asks to become an agent. Nothing of it is proven but that the server was recognised by its pin. */
export interface EnrolClaim {
  readonly tokenId: string;
  /** To be compared with a hash, in constant time. */
  readonly tokenSecret: string;
  /** The machine's name as it says. */
  readonly node: string;
  readonly version: string;
  /** Address and port it comes from. */
  readonly peer: string;
}

/** `problem` is logged and told to the agent: it must not say whether a token exists. */
export type EnrolDecision =
  | { readonly ok: true; readonly agentId: string }
  | { readonly ok: false; readonly problem: string };

/** An agent with a valid certificate, as it says hello. */
export interface ConnectingAgent {
  readonly id: string;
  readonly node: string;
  readonly version: string;
  readonly capabilities: readonly string[];
  /** Of the snapshot that it enforces already. */
  readonly policyVersion: string | undefined;
  readonly certificate: { readonly serial: string; readonly notAfter: number };
  readonly peer: string;
}

export type ConnectDecision =
  | {
      readonly ok: true;
      readonly session: AgentSession;
      /** The last event of this agent that is stored; nothing when none is. */
      readonly stored: Position | undefined;
    }
  /** It is revoked, or unknown. The reason is told to the agent and logged. */
  | { readonly ok: false; readonly problem: string };

/**
 * What the control plane does about agents: a port of this package, which the api implements. Nothing it is given is
 * longer than `wire/limits.ts` allows; texts may still hold anything.
 */
export interface AgentHub {
  /** Checks a token, uses it up and makes an agent. Called without any authentication before: must be cheap to refuse. */
  enrol(claim: EnrolClaim): Promise<EnrolDecision>;
  /**
   * Decides whether an agent is welcome. `link` reaches it from then on. A second stream of an agent ends the first,
   * whose session is told so before this is called.
   */
  connect(agent: ConnectingAgent, link: AgentLink): Promise<ConnectDecision>;
}

/** The hub's side of one stream. Its calls come one after the other; what rejects ends the stream, and the agent comes back. */
export interface AgentSession {
  /**
   * Stores events and resolves after the commit. Must not store what is at or before the last stored position, in the same
   * transaction: after a crash between the commit and the acknowledgement the same events come again, cut otherwise.
   */
  storeBatch(batch: EventBatch): Promise<void>;
  workloads(report: WorkloadReport): Promise<void>;
  policyAnswered(answer: PolicyAnswer): Promise<void>;
  /** The stream is over; nothing is called after it. `reason` is for people. */
  closed(reason: string): void;
}

/** What the hub may send. All of it may be called at any time; what the stream's end overtakes is dropped. */
export interface AgentLink {
  /** Sends a snapshot. When the agent is slow, only the newest waits. Throws `MESSAGE_TOO_LARGE`. */
  sendSnapshot(snapshot: SnapshotText): void;
  /** Sends a command and resolves with the answer. Rejects with `AGENT_UNAVAILABLE` when none comes in time. */
  command(action: CommandAction, timeoutMs: number): Promise<CommandOutcome>;
  /** Ends the stream, as for an agent whose certificate was revoked. */
  close(reason: string): void;
}

export interface EventBatch extends Position {
  /** Of the first event, as `sequence` is of the last: there are no jumps between. */
  readonly firstSequence: number;
  /** Events that the agent numbered and did not send: its spool was full. They are lost. */
  readonly lostBefore: number;
  /** JSON objects as text, as the agent said them. */
  readonly events: readonly string[];
}

export interface ReportedWorkload {
  readonly id: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly owners: readonly Owner[];
  readonly addresses: readonly string[];
  readonly netns: string;
}

export interface WorkloadReport {
  /** Whether the list begins anew: what is not in it, or in the reports after it, is gone. */
  readonly whole: boolean;
  readonly present: readonly ReportedWorkload[];
  /** Ids. */
  readonly gone: readonly string[];
}

/** Signs for agents: a port that packages/pki fulfils. */
export interface AgentIssuer {
  /** Signs the key of a request (PEM) under the agent's URI (`agentUri`), for a client. */
  sign(
    agentId: string,
    requestPem: string,
  ): Promise<{ readonly ok: true; readonly chainPem: string } | { readonly ok: false; readonly problem: string }>;
  /** PEM of every authority that agents shall trust now. Asked each time: it changes as authorities are renewed. */
  trustPem(): string;
}
