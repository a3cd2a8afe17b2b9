import type { RuleVerdict } from '@bulkhead/core';
import type { Page, PageRequest } from '../page.ts';

/** Whose doing something is: a container of whatever runs it. The pods of a deployment are one. */
export interface ContainerPlace {
  readonly namespace?: string;
  /** As flows call it. */
  readonly workload: string;
  readonly container: string;
}

/** A container as an agent told of it. */
export interface ToldContainer {
  readonly place: ContainerPlace;
  /** Names of the groups that select it, the first by name. */
  readonly groups: readonly string[];
}

/** What is the same of whatever containers are seen to do, summed up over all pods. */
export interface ContainerSum extends ContainerPlace {
  readonly id: number;
  /** Names of the groups that selected the container when it was last told of, sorted. */
  readonly groups: readonly string[];
  readonly verdict: RuleVerdict;
  /** How often it was seen. */
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface ContainerFilter {
  readonly namespaces?: readonly string[] | undefined;
  readonly workload?: string | undefined;
  readonly verdict?: RuleVerdict | undefined;
  /** Last seen at or after. */
  readonly since?: string | undefined;
}

/** How long it is kept: both hold. */
export interface ContainerRetention {
  readonly seenBefore: string;
  readonly most: number;
}

/** Keeps what containers are seen to do. */
export interface ContainerStore<Filter extends ContainerFilter, Sum extends ContainerSum> {
  /** The latest seen first. */
  list(filter: Filter, page: PageRequest): Promise<Page<Sum>>;
  /** At most `limit` of those seen at or after `since`, as they came to be known, after one: whoever reads on misses none. */
  inOrder(after: number, since: string, limit: number): Promise<readonly Sum[]>;
  /** Forgets at most `limit` of those that need not be kept, those not seen for longest first; gives how many. */
  prune(retention: ContainerRetention, limit: number): Promise<number>;
}
