import type { Selector, WorkloadGroup } from '@bulkhead/core';
import { type Selectable, selects } from '../selection/select.ts';

/** Finds the groups of a workload without asking each: most ask for a label or a namespace by its very value. */
export class GroupIndex {
  readonly #byKey = new Map<string, WorkloadGroup[]>();
  readonly #others: WorkloadGroup[] = [];

  constructor(groups: readonly WorkloadGroup[]) {
    for (const group of groups) {
      const keys = keysOf(group.selector);
      if (keys === undefined) this.#others.push(group);
      else for (const key of new Set(keys)) this.#put(key, group);
    }
  }

  /** Names of the groups that select a workload, in no particular order. */
  groupsOf(workload: Selectable): readonly string[] {
    const found: string[] = [];
    const look = (groups: readonly WorkloadGroup[] | undefined): void => {
      for (const { name, selector } of groups ?? []) if (selects(selector, workload)) found.push(name);
    };
    look(this.#others);
    look(this.#byKey.get(namespaceKey(workload.namespace ?? '')));
    for (const key of Object.keys(workload.labels)) look(this.#byKey.get(labelKey(key, workload.labels[key] ?? '')));
    return found;
  }

  #put(key: string, group: WorkloadGroup): void {
    const known = this.#byKey.get(key);
    if (known === undefined) this.#byKey.set(key, [group]);
    else known.push(group);
  }
}

/**
 * Keys of which a workload has exactly one when the selector may hold for it, so that no group is met twice. Undefined
 * where the selector names nothing exactly.
 */
function keysOf({ labels, namespaces }: Selector): readonly string[] | undefined {
  const [pair] = Object.entries(labels?.matchLabels ?? {});
  if (pair !== undefined) return [labelKey(...pair)];
  const oneOf = labels?.matchExpressions.find(({ operator }) => operator === 'In');
  if (oneOf !== undefined) return oneOf.values.map((value) => labelKey(oneOf.key, value));
  if (namespaces?.every((glob) => !/[*?]/.test(glob)) === true) return namespaces.map(namespaceKey);
  return undefined;
}

const labelKey = (key: string, value: string): string => `l\0${key}\0${value}`;
const namespaceKey = (namespace: string): string => `n\0${namespace}`;
