import type { WorkloadStore } from '@bulkhead/control-plane';
import { type Policy, selectGroups } from '@bulkhead/policy';
import { selectable } from '../agent/selectable.ts';
import type { Standing } from '../agent/standing.ts';
import { type FailingPlace, namesApplications } from './application-rules.ts';

/** A status lists no more: of a cluster in which everything fails, the first are as good as all. */
const MAX_PLACES = 100;
/** Workloads of one question to the store. */
const AT_ONCE = 500;

/**
 * Where the policy is not enforced that rules about applications are about, with the groups that it is about there. What is gone
 * meanwhile is left out.
 */
export async function failingPlaces(
  { notEnforced }: Standing,
  { groups, network }: Pick<Policy, 'groups' | 'network'>,
  workloads: Pick<WorkloadStore, 'named'>,
): Promise<readonly FailingPlace[]> {
  const concerned = new Set(network.filter(namesApplications).flatMap((set) => set.groups));
  const places: FailingPlace[] = [];
  if (concerned.size === 0) return places;
  for (let at = 0; at < notEnforced.length && places.length < MAX_PLACES; at += AT_ONCE) {
    const some = notEnforced.slice(at, at + AT_ONCE);
    const known = await workloads.named(some.flatMap(({ workload }) => workload ?? []));
    const byId = Map.groupBy(known, ({ id }) => id);
    for (const { where, why, workload: id } of some) {
      if (id === undefined) {
        places.push({ where, why });
        continue;
      }
      const selected = (byId.get(id) ?? []).flatMap((workload) => selectGroups(selectable(workload), groups));
      const own = new Set(selected.map((group) => group.name));
      if (!own.isDisjointFrom(concerned)) places.push({ where, why, groups: own });
    }
  }
  return places.slice(0, MAX_PLACES);
}
