import type { WorkloadGroup } from '@bulkhead/core';

/** A document whose rules are about the workloads of some groups. */
export interface Bound {
  readonly name: string;
  /** Names of groups. */
  readonly groups: readonly string[];
}

/** The documents that are about a workload, by how far they go. Both sorted by name. */
export interface BoundDocuments<Document extends Bound> {
  /** Through a group in `protect`. */
  readonly enforced: readonly Document[];
  /** Through groups in `monitor`, and through none in `protect`. */
  readonly tried: readonly Document[];
}

/** Which documents are about a workload that is in these groups, and how far they go. */
export function boundDocuments<Document extends Bound>(
  groups: readonly Pick<WorkloadGroup, 'name' | 'mode'>[],
  documents: readonly Document[],
): BoundDocuments<Document> {
  const namesOf = (mode: WorkloadGroup['mode']): ReadonlySet<string> =>
    new Set(groups.flatMap((group) => (group.mode === mode ? [group.name] : [])));
  const [protecting, monitoring] = [namesOf('protect'), namesOf('monitor')];
  const enforced = documents.filter((one) => one.groups.some((name) => protecting.has(name)));
  const tried = documents.filter((one) => !enforced.includes(one) && one.groups.some((name) => monitoring.has(name)));
  return { enforced: enforced.toSorted(byName), tried: tried.toSorted(byName) };
}

function byName(a: Bound, b: Bound): number {
  return a.name < b.name ? -1 : 1;
}
