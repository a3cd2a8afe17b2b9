import type { Enforcement } from '@bulkhead/kube';
import { FLOW_DIRECTIONS, type NetworkRuleSet, type Policy } from '@bulkhead/policy';

type Group = Policy['groups'][number];

/** What is not enforced anywhere else: a node, or a workload with the groups that it is in. */
export interface FailingPlace {
  readonly where: string;
  readonly why: string;
  /** Absent for a whole node. */
  readonly groups?: ReadonlySet<string>;
}

const NOT_STOPPED: Readonly<Record<Exclude<Group['mode'], 'protect'>, string>> = {
  monitor: 'the group is in monitor: what is spoken is told of and not stopped',
  discover: 'the group is in discover: rules are not looked at',
};

/** Whether a rule of a set names applications. */
export function namesApplications(set: NetworkRuleSet): boolean {
  return FLOW_DIRECTIONS.some((direction) => set[direction]?.some(({ applications }) => applications !== undefined));
}

/**
 * Where the rules of a set that name applications are enforced, for each of them. They need more than the others: what is spoken is
 * judged in the way of the traffic, where only groups in `protect` have it judged. Nothing where no rule names any.
 */
export function applicationRules(
  set: NetworkRuleSet,
  { groups }: Pick<Policy, 'groups'>,
  failing: readonly FailingPlace[],
): Pick<Enforcement, 'summary' | 'notEnforced'> | undefined {
  const rules = FLOW_DIRECTIONS.flatMap((direction) =>
    (set[direction] ?? []).flatMap(({ name, applications }) =>
      applications === undefined ? [] : [`rule ${name} (${direction})`],
    ),
  );
  if (rules.length === 0) return undefined;
  const bound = groups.filter(({ name }) => set.groups.includes(name));
  const byMode = bound.flatMap(({ name, mode }) =>
    mode === 'protect' ? [] : rules.map((rule) => ({ where: `${rule} in group ${name}`, why: NOT_STOPPED[mode] })),
  );
  const protecting = bound.filter(({ mode }) => mode === 'protect');
  const places = failing.filter((place) => place.groups === undefined || concerns(place.groups, protecting));
  const byPlace = places.flatMap(({ where, why }) => rules.map((rule) => ({ where: `${rule} on ${where}`, why })));
  return { summary: summaryOf(rules, protecting), notEnforced: [...byMode, ...byPlace] };
}

function concerns(groups: ReadonlySet<string>, protecting: readonly Group[]): boolean {
  return protecting.some(({ name }) => groups.has(name));
}

function summaryOf(rules: readonly string[], protecting: readonly Group[]): string {
  const names = protecting.map(({ name }) => name).toSorted();
  if (names.length === 0) return `${rules.join(', ')} in no group`;
  const open = protecting.filter(({ onFailure }) => onFailure === 'open').map(({ name }) => name);
  const unless =
    open.length === 0 ? '' : `; while no agent runs by peers and ports alone in ${open.toSorted().join(', ')}`;
  return `${rules.join(', ')} in ${names.length === 1 ? 'group' : 'groups'} ${names.join(', ')}${unless}`;
}
