import type { RuleVerdict } from '@bulkhead/core';

/** The tables of what containers are seen to do. */
export type ContainerTableName = 'program' | 'file';

/** What all of them have, beside the `id`. */
export interface SeenColumns {
  /** Of all that tells a row from others: a path may be too long for an index of PostgreSQL. */
  readonly digest: string;
  /** Absent is ''. */
  readonly namespace: string;
  readonly workload: string;
  readonly container: string;
  readonly verdict: RuleVerdict;
  readonly count: number;
  /** JSON of names, as they were told last. */
  readonly groups: string;
  readonly first_seen: string;
  readonly last_seen: string;
  /** The id of the agent that told of it first; '' where none was kept. */
  readonly told_by: string;
}
