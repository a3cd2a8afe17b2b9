import type { Verdict } from '@bulkhead/core';

/** What a container was seen to do, summed up over how often it did. */
export interface LearntUse {
  readonly namespace?: string;
  /** Of what runs the container, as ends of flows are called. */
  readonly workload: string;
  readonly container: string;
  /** Names of the groups that select the container. */
  readonly groups: readonly string[];
  readonly verdict: Verdict;
  readonly count: number;
  /** ISO 8601, in UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}
