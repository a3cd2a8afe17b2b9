import { type FlowEnd, type FlowGroups, type KnownWorkload, workloadEnd } from '@bulkhead/control-plane';
import { compareText, type WorkloadGroup } from '@bulkhead/core';
import { type LearntEnd, selectGroups } from '@bulkhead/policy';
import { selectable } from '../agent/selectable.ts';

/** The pods that one end stands for, or what was said of them. */
interface Known {
  /** The groups of each. */
  readonly groups: ReadonlySet<string>[];
  /** Labels that all of them have. */
  labels: Readonly<Record<string, string>> | undefined;
}

/**
 * In which groups the ends of flows are: by the policy of now what runs, as agents told what is gone. A group that only some pods of an end
 * are in names none of the others.
 */
export class KnownEnds {
  readonly #ends = new Map<string, Known>();

  constructor(workloads: Iterable<KnownWorkload>, told: readonly FlowGroups[], groups: readonly WorkloadGroup[]) {
    // Containers of a pod share its network: who is in a group has all of them be in it.
    const places = Map.groupBy(workloads, ({ agent, netns, id }) => `${agent} ${netns ?? id}`);
    for (const place of places.values()) {
      const selected = place.flatMap((workload) => selectGroups(selectable(workload), groups));
      const names = new Set(selected.map(({ name }) => name));
      for (const key of new Set(place.map((workload) => keyOf(workloadEnd(workload)))))
        this.#at(key).groups.push(names);
      for (const workload of place) this.#label(keyOf(workloadEnd(workload)), workload.labels);
    }
    const running = new Set(this.#ends.keys());
    const names = new Set(groups.map(({ name }) => name));
    for (const one of told) {
      const key = keyOf({ kind: 'workload', ...one });
      if (!running.has(key)) this.#at(key).groups.push(new Set(one.groups.filter((name) => names.has(name))));
    }
  }

  of(end: FlowEnd): LearntEnd {
    if (end.kind === 'node') return { kind: 'node' };
    if (end.kind === 'address') {
      return { kind: 'address', address: end.name, ...(end.domain !== undefined && { domain: end.domain }) };
    }
    const { groups = [], labels } = this.#ends.get(keyOf(end)) ?? {};
    const all = new Set(groups.flatMap((some) => [...some]));
    const [whole, partly] = [true, false].map((isWhole) =>
      [...all].filter((name) => groups.every((some) => some.has(name)) === isWhole).toSorted(compareText),
    );
    return {
      kind: 'workload',
      ...(end.namespace !== undefined && { namespace: end.namespace }),
      name: end.name,
      groups: whole ?? [],
      partly: partly ?? [],
      ...(labels !== undefined && { labels }),
    };
  }

  #at(key: string): Known {
    const known = this.#ends.get(key) ?? { groups: [], labels: undefined };
    this.#ends.set(key, known);
    return known;
  }

  #label(key: string, labels: Readonly<Record<string, string>>): void {
    const known = this.#at(key);
    known.labels = Object.fromEntries(
      Object.entries(known.labels ?? labels).filter(
        ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
      ),
    );
  }
}

function keyOf(end: FlowEnd): string {
  return JSON.stringify(end.kind === 'workload' ? [end.namespace ?? '', end.name] : [end.kind]);
}
