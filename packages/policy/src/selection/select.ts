import type { LabelOperator, LabelRequirement, Selector, Workload, WorkloadGroup } from '@bulkhead/core';
import { matchesGlob } from './glob.ts';

/** What selectors ask of a workload. Where no network namespace is known, no selector by one holds. */
export type Selectable = Pick<Workload, 'name' | 'namespace' | 'labels' | 'owners'> & Partial<Pick<Workload, 'netns'>>;

/** The groups that select a workload, by name: the order of the policy's documents means nothing. */
export function selectGroups(workload: Selectable, groups: readonly WorkloadGroup[]): readonly WorkloadGroup[] {
  return groups.filter((group) => selects(group.selector, workload)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether every criterion of a selector holds for a workload. */
export function selects(selector: Selector, workload: Selectable): boolean {
  const { namespaces, names, labels, netns } = selector;
  if (namespaces !== undefined && !matchesAny(namespaces, [workload.namespace])) return false;
  if (names !== undefined && !matchesAny(names, [workload.name, ...workload.owners.map((owner) => owner.name)])) {
    return false;
  }
  if (netns !== undefined && !matchesAny(netns, [workload.netns?.name, workload.netns?.path])) return false;
  if (labels === undefined) return true;
  return (
    Object.entries(labels.matchLabels).every(([key, value]) => labelOf(workload, key) === value) &&
    labels.matchExpressions.every((requirement) => holds(requirement, labelOf(workload, requirement.key)))
  );
}

type Test = (values: readonly string[], value: string | undefined) => boolean;

/** As in Kubernetes: `NotIn` also holds for a workload without the label. */
const TESTS = {
  In: (values, value) => value !== undefined && values.includes(value),
  NotIn: (values, value) => value === undefined || !values.includes(value),
  Exists: (_, value) => value !== undefined,
  DoesNotExist: (_, value) => value === undefined,
} as const satisfies Record<LabelOperator, Test>;

function matchesAny(globs: readonly string[], texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) => text !== undefined && globs.some((glob) => matchesGlob(glob, text)));
}

function labelOf(workload: Selectable, key: string): string | undefined {
  return Object.hasOwn(workload.labels, key) ? workload.labels[key] : undefined;
}

function holds({ operator, values }: LabelRequirement, value: string | undefined): boolean {
  return TESTS[operator](values, value);
}
