import type { Page, PageRequest } from '../page.ts';

/** An enrolled agent. */
export interface EnrolledAgent {
  readonly id: string;
  readonly node: string;
  /** Serial number of the certificate that it last showed, hexadecimal. */
  readonly certificateSerial?: string;
  readonly enrolledAt: string;
  readonly version?: string;
  readonly lastSeen?: string;
  readonly connected: boolean;
  /** The process of the control plane that its stream is on. */
  readonly replica?: string;
  readonly revokedAt?: string;
  readonly policy: AgentPolicyState;
  /** Events that it had to let go while nobody took them. */
  readonly eventsLost: number;
}

/** Which snapshot of the policy an agent has, and which it could not apply and why. */
export interface AgentPolicyState {
  readonly applied?: string;
  readonly failed?: string;
  readonly problem?: string;
}

export interface AgentStore {
  /** Notes an enrolment. */
  enrol(agent: { readonly id: string; readonly node: string; readonly enrolledAt: string }): Promise<void>;
  get(id: string): Promise<EnrolledAgent | undefined>;
  /** By node, then id. */
  list(page: PageRequest): Promise<Page<EnrolledAgent>>;
  /** Notes nothing of one that is revoked by now. */
  noteConnected(
    id: string,
    state: {
      readonly at: string;
      readonly version: string;
      readonly certificateSerial: string;
      readonly replica: string;
    },
  ): Promise<'noted' | 'revoked'>;
  /** Does nothing for one that is connected to another process by now. */
  noteDisconnected(id: string, at: string, replica: string): Promise<void>;
  /**
   * Of these agents, notes those that are connected to nobody as connected to a process, which others took for gone. Gives those that
   * were revoked.
   */
  reclaim(ids: readonly string[], replica: string): Promise<readonly string[]>;
  /** Agents that are connected to other processes than this one. */
  connectedElsewhere(replica: string): Promise<readonly EnrolledAgent[]>;
  notePolicy(id: string, state: AgentPolicyState, at: string): Promise<void>;
  noteLoss(id: string, count: number, at: string): Promise<void>;
  /** A revoked agent stays known, so that its certificate stays refused. */
  revoke(id: string, at: string): Promise<'revoked' | 'absent'>;
}
