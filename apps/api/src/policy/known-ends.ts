import {
  type ContainerSum,
  type FlowEnd,
  type FlowGroups,
  type KnownWorkload,
  workloadEnd,
} from '@bulkhead/control-plane';
import { compareText, type WorkloadGroup } from '@bulkhead/core';
import { type LearntEnd, type LearntWorkload, selectGroups } from '@bulkhead/policy';
import { selectable } from '../agent/selectable.ts';

type ContainerTold = Pick<ContainerSum, 'workload' | 'container' | 'groups'> & {
  readonly namespace?: string | undefined;
};
type Name = Pick<LearntWorkload, 'namespace' | 'name'>;

/** The pods that one end stands for, or what was said of them. */
interface Known extends Name {
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
  readonly #learnt = new Map<string, LearntWorkload>();
  /** The groups that containers of ends are in, each by itself. */
  readonly #containers = new Map<string, Set<string>>();
  #groups: ReadonlySet<string> = new Set();

  private constructor() {}

  /** In steps: there are some ten thousands of workloads, and each may be in any group. */
  static *of(
    workloads: Iterable<KnownWorkload>,
    told: readonly FlowGroups[],
    groups: readonly WorkloadGroup[],
  ): Generator<void, KnownEnds> {
    const ends = new KnownEnds();
    yield* ends.#fill(workloads, told, groups);
    return ends;
  }

  *#fill(
    workloads: Iterable<KnownWorkload>,
    told: readonly FlowGroups[],
    groups: readonly WorkloadGroup[],
  ): Generator<void, void> {
    // Containers of a pod share its network: who is in a group has all of them be in it.
    const places = Map.groupBy(workloads, ({ agent, netns, id }) => `${agent} ${netns ?? id}`);
    for (const place of places.values()) {
      yield;
      const selected = place.map((workload) => selectGroups(selectable(workload), groups).map(({ name }) => name));
      for (const [index, workload] of place.entries()) this.#putContainer(workload, selected[index] ?? []);
      const names = new Set(selected.flat());
      const ends = place.map((workload) => ({ known: this.#at(workloadEnd(workload)), labels: workload.labels }));
      for (const known of new Set(ends.map((end) => end.known))) known.groups.push(names);
      for (const { known, labels } of ends) known.labels = common(known.labels ?? labels, labels);
    }
    const running = new Set(this.#ends.keys());
    this.#groups = new Set(groups.map(({ name }) => name));
    for (const one of told) {
      yield;
      if (!running.has(keyOf(one))) this.#at(one).groups.push(new Set(this.#existing(one.groups)));
    }
  }

  find(end: FlowEnd): LearntEnd {
    if (end.kind === 'node') return { kind: 'node' };
    if (end.kind === 'workload') return this.#workload(end);
    return { kind: 'address', address: end.name, ...(end.domain !== undefined && { domain: end.domain }) };
  }

  /** The groups that select a container: some pods of a workload may be in others. Of one that is gone, those it was told of with. */
  groupsOf({ namespace, workload, container, groups }: ContainerTold): readonly string[] {
    const known = this.#containers.get(
      containerKey({ ...(namespace !== undefined && { namespace }), name: workload }, container),
    );
    return known === undefined ? this.#existing(groups) : [...known].toSorted(compareText);
  }

  #existing(told: readonly string[]): readonly string[] {
    return told.filter((name) => this.#groups.has(name));
  }

  #putContainer(workload: KnownWorkload, groups: readonly string[]): void {
    const end = workloadEnd(workload);
    if (end.kind !== 'workload') return;
    const key = containerKey(end, workload.name);
    const known = this.#containers.get(key) ?? new Set();
    this.#containers.set(key, known);
    for (const group of groups) known.add(group);
  }

  /** All workloads that are known, each once. */
  get workloads(): readonly LearntWorkload[] {
    return [...this.#ends.values()].map((known) => this.#workload(known));
  }

  /** Always the same for one end: flows are many more than ends, and an end may be thousands of pods. */
  #workload(end: Name): LearntWorkload {
    const key = keyOf(end);
    const known = this.#learnt.get(key);
    if (known !== undefined) return known;
    const { namespace, name } = end;
    const unknown = { ...(namespace !== undefined && { namespace }), name, groups: [], labels: undefined };
    const made = learnt(this.#ends.get(key) ?? unknown);
    this.#learnt.set(key, made);
    return made;
  }

  #at(end: Name): Known {
    const { namespace, name } = end;
    const known = this.#ends.get(keyOf(end)) ?? {
      ...(namespace !== undefined && { namespace }),
      name,
      groups: [],
      labels: undefined,
    };
    this.#ends.set(keyOf(end), known);
    return known;
  }
}

function learnt({ namespace, name, groups, labels }: Known): LearntWorkload {
  const all = new Set(groups.flatMap((some) => [...some]));
  const those = (isWhole: boolean): readonly string[] =>
    [...all].filter((group) => groups.every((some) => some.has(group)) === isWhole).toSorted(compareText);
  return {
    kind: 'workload',
    ...(namespace !== undefined && { namespace }),
    name,
    groups: those(true),
    partly: those(false),
    ...(labels !== undefined && { labels }),
  };
}

type Labels = Readonly<Record<string, string>>;

function common(some: Labels, others: Labels): Labels {
  return Object.fromEntries(
    Object.entries(some).filter(([name, value]) => Object.hasOwn(others, name) && others[name] === value),
  );
}

function containerKey({ namespace = '', name }: Name, container: string): string {
  return JSON.stringify([namespace, name, container]);
}

function keyOf({ namespace = '', name }: Name): string {
  return JSON.stringify([namespace, name]);
}
