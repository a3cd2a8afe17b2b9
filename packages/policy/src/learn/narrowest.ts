import { compareText, type WorkloadGroup } from '@bulkhead/core';
import type { LearntWorkload } from './flow.ts';

/**
 * Chooses by which of its groups a workload is named: the one with the fewest known workloads, then the one that asks for most.
 * Groups that cut their workloads off name nobody: who is in one is so for a while.
 */
export class Narrowest {
  readonly #groups: ReadonlyMap<string, WorkloadGroup>;
  readonly #members = new Map<string, Set<string>>();

  constructor(groups: readonly WorkloadGroup[], workloads: Iterable<LearntWorkload>) {
    this.#groups = new Map(groups.filter(({ quarantine }) => quarantine !== true).map((group) => [group.name, group]));
    for (const workload of workloads) {
      for (const group of [...workload.groups, ...(workload.partly ?? [])]) {
        const members = this.#members.get(group) ?? new Set();
        this.#members.set(group, members.add(workloadKey(workload)));
      }
    }
  }

  /** Nothing where none of the policy's groups selects it. */
  groupOf({ groups }: LearntWorkload): WorkloadGroup | undefined {
    return groups
      .flatMap((name) => this.#groups.get(name) ?? [])
      .toSorted(
        (a, b) => this.#sizeOf(a) - this.#sizeOf(b) || criteriaOf(b) - criteriaOf(a) || compareText(a.name, b.name),
      )[0];
  }

  #sizeOf({ name }: WorkloadGroup): number {
    return this.#members.get(name)?.size ?? 0;
  }
}

/** What is one workload: the containers of a pod, and the pods of an owner. */
export function workloadKey({ namespace, name }: Pick<LearntWorkload, 'namespace' | 'name'>): string {
  return JSON.stringify([namespace ?? null, name]);
}

/** Whether a group's selector holds for whatever runs. */
export function selectsEverybody(group: Pick<WorkloadGroup, 'selector'>): boolean {
  return criteriaOf(group) === 0;
}

/** How much a selector asks for; exact texts count more than globs. */
function criteriaOf({ selector: { namespaces, names, netns, labels } }: Pick<WorkloadGroup, 'selector'>): number {
  const ofGlobs = [namespaces, names, netns].map((globs) => {
    if (globs === undefined || globs.includes('*')) return 0;
    return globs.some((glob) => /[*?]/.test(glob)) ? 1 : 2;
  });
  const ofLabels = 2 * (Object.keys(labels?.matchLabels ?? {}).length + (labels?.matchExpressions.length ?? 0));
  return ofGlobs.reduce<number>((sum, count) => sum + count, ofLabels);
}
