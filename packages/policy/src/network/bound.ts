import type { WorkloadGroup } from '@bulkhead/core';
import type { NetworkRuleSet } from './rule-set.ts';

/** The rule sets that are about a workload, by how far they go. Both sorted by name. */
export interface BoundRuleSets {
  /** Through a group in `protect`. */
  readonly enforced: readonly NetworkRuleSet[];
  /** Through groups in `monitor`, and through none in `protect`. */
  readonly tried: readonly NetworkRuleSet[];
}

/** Which rule sets are about a workload that is in these groups, and how far they go. */
export function boundRuleSets(
  groups: readonly Pick<WorkloadGroup, 'name' | 'mode'>[],
  ruleSets: readonly NetworkRuleSet[],
): BoundRuleSets {
  const namesOf = (mode: WorkloadGroup['mode']): ReadonlySet<string> =>
    new Set(groups.flatMap((group) => (group.mode === mode ? [group.name] : [])));
  const [protecting, monitoring] = [namesOf('protect'), namesOf('monitor')];
  const enforced = ruleSets.filter((set) => set.groups.some((name) => protecting.has(name)));
  const tried = ruleSets.filter((set) => !enforced.includes(set) && set.groups.some((name) => monitoring.has(name)));
  return { enforced: enforced.toSorted(byName), tried: tried.toSorted(byName) };
}

function byName(a: NetworkRuleSet, b: NetworkRuleSet): number {
  return a.name < b.name ? -1 : 1;
}
