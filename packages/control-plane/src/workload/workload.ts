import type { Mode, Owner } from '@bulkhead/core';
import type { Page, PageRequest } from '../page.ts';

/** A workload as the agent of its node reports it. */
export interface ReportedWorkload {
  readonly id: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly owners: readonly Owner[];
  readonly addresses: readonly string[];
  /** Names of the groups that select it. */
  readonly groups: readonly string[];
  /** The strictest mode of these, where there is one. */
  readonly mode?: Mode | undefined;
  readonly image?: string | undefined;
}

export interface KnownWorkload extends ReportedWorkload {
  readonly agent: string;
  readonly node: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface WorkloadFilter {
  /** Only these namespaces; workloads without one are in none. */
  readonly namespaces?: readonly string[] | undefined;
  readonly node?: string | undefined;
}

export interface WorkloadStore {
  /** Takes what an agent sees now for all there is on its node: others of it are gone. */
  replace(agent: string, workloads: readonly ReportedWorkload[], at: string): Promise<void>;
  /** By namespace, name, agent and id. */
  list(filter: WorkloadFilter, page: PageRequest): Promise<Page<KnownWorkload>>;
  get(id: string): Promise<KnownWorkload | undefined>;
}
