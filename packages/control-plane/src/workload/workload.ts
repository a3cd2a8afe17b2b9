import type { Owner } from '@bulkhead/core';
import type { Page, PageRequest } from '../page.ts';
import type { WorkloadQuarantine } from '../quarantine/quarantine.ts';

/** A workload as the agent of its node reports it. */
export interface ReportedWorkload {
  readonly id: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly owners: readonly Owner[];
  readonly addresses: readonly string[];
  /** Path of its network namespace, where its agent said it. */
  readonly netns?: string | undefined;
}

export interface KnownWorkload extends ReportedWorkload {
  readonly agent: string;
  readonly node: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Whether its agent holds it to the policy that selects it; absent where none does. */
  readonly enforced?: boolean;
  /** Why it does not. */
  readonly problem?: string;
  /** Absent where nobody has cut it off by command. */
  readonly quarantine?: WorkloadQuarantine;
}

/** What an agent says of the workloads that its policy selects. */
export interface WorkloadEnforcement {
  readonly id: string;
  readonly enforced: boolean;
  readonly problem?: string | undefined;
}

export interface WorkloadFilter {
  /** Only these namespaces; workloads without one are in none. */
  readonly namespaces?: readonly string[] | undefined;
  readonly node?: string | undefined;
  /** Only those that a command has cut off, or that are to be. */
  readonly quarantined?: boolean | undefined;
}

/** What was last kept of an agent's workloads, by a number that goes up with each change. */
export interface WorkloadsOfAgent {
  readonly agent: string;
  readonly node: string;
  readonly version: number;
}

export interface WorkloadStore {
  /**
   * Takes what an agent sees now for all there is on its node: others of it are gone. Takes nothing where `replica` is given and the
   * agent is connected to another by now: what that one was told is newer.
   */
  replace(agent: string, workloads: readonly ReportedWorkload[], at: string, replica?: string): Promise<void>;
  /** Takes what an agent says of enforcement for all there is to say: nothing is known any more of other workloads of it. */
  noteEnforcement(agent: string, enforcement: readonly WorkloadEnforcement[]): Promise<void>;
  /** By namespace, name, agent and id. */
  list(filter: WorkloadFilter, page: PageRequest): Promise<Page<KnownWorkload>>;
  get(id: string): Promise<KnownWorkload | undefined>;
  /** All that are called so: two nodes may have network namespaces of one path. */
  named(ids: readonly string[]): Promise<readonly KnownWorkload[]>;
  /** How far the workloads of each agent have come. */
  versions(): Promise<readonly WorkloadsOfAgent[]>;
  ofAgent(agent: string): Promise<readonly KnownWorkload[]>;
  /** Workloads that their agents do not hold to the policy that selects them. */
  notEnforced(agents: readonly string[]): Promise<readonly KnownWorkload[]>;
}
