import type { WorkloadStore } from '@bulkhead/control-plane';
import { type Policy, selectGroups } from '@bulkhead/policy';
import type { Standing } from '../agent/hub.ts';
import { selectable } from '../agent/selectable.ts';
import type { FailingPlace } from './application-rules.ts';

/** A status lists no more: of a cluster in which everything fails, the first are as good as all. */
const MAX_PLACES = 100;

/** Where the policy is not enforced, with the groups that it is about there. What is gone meanwhile is left out. */
export async function failingPlaces(
  { notEnforced }: Standing,
  { groups, network }: Pick<Policy, 'groups' | 'network'>,
  workloads: Pick<WorkloadStore, 'get'>,
): Promise<readonly FailingPlace[]> {
  if (network.length === 0) return [];
  const places: FailingPlace[] = [];
  for (const { where, why, workload: id } of notEnforced.slice(0, MAX_PLACES)) {
    if (id === undefined) {
      places.push({ where, why });
      continue;
    }
    const known = await workloads.get(id);
    if (known === undefined) continue;
    places.push({ where, why, groups: new Set(selectGroups(selectable(known), groups).map((group) => group.name)) });
  }
  return places;
}
