import type { Verdict } from '@bulkhead/core';

/** A program that a container was seen to run, summed up over its runs. */
export interface LearntProgram {
  readonly namespace?: string;
  /** Of what runs the container, as ends of flows are called. */
  readonly workload: string;
  readonly container: string;
  /** Names of the groups that select the container. */
  readonly groups: readonly string[];
  /** Absolute path, as the container sees it. */
  readonly executable: string;
  /** Number of the user; absent where nobody knows. */
  readonly user?: number;
  /** Absent where nobody knows. */
  readonly fromImage?: boolean;
  readonly verdict: Verdict;
  readonly count: number;
  /** ISO 8601, in UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}
