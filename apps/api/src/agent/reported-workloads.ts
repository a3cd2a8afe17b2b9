import type { WatchedSubject } from '@bulkhead/control-plane';
import type { ReportedWorkload } from '@bulkhead/rpc';

/**
 * What runs on a node, as its agent said last. Who an event is about is looked up, not searched for: an agent may report some
 * thousand workloads, and tell a thousand events at once.
 */
export class ReportedWorkloads implements Iterable<ReportedWorkload> {
  readonly #byId = new Map<string, ReportedWorkload>();
  /** Made when somebody asks after a change. */
  #index: Index | undefined;

  constructor(workloads: Iterable<ReportedWorkload> = []) {
    for (const workload of workloads) this.put(workload);
  }

  put(workload: ReportedWorkload): void {
    this.#byId.set(workload.id, workload);
    this.#index = undefined;
  }

  delete(id: string): void {
    this.#byId.delete(id);
    this.#index = undefined;
  }

  clear(): void {
    this.#byId.clear();
    this.#index = undefined;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  [Symbol.iterator](): Iterator<ReportedWorkload> {
    return this.#byId.values();
  }

  /** The first that is in a network namespace. */
  in(netns: string): ReportedWorkload | undefined {
    return this.#indexed().byNetns.get(netns);
  }

  /** One that a subject names. */
  namedBy({ workloads }: Pick<WatchedSubject, 'workloads'>): ReportedWorkload | undefined {
    const { byName } = this.#indexed();
    for (const { name, namespace, pod } of workloads) {
      const found = byName.get(nameKey(name, namespace, pod));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #indexed(): Index {
    if (this.#index !== undefined) return this.#index;
    const index: Index = { byName: new Map(), byNetns: new Map() };
    for (const workload of this) {
      const { name, namespace, owners, netns } = workload;
      const key = nameKey(name, namespace, owners.find(({ kind }) => kind === 'Pod')?.name);
      if (!index.byName.has(key)) index.byName.set(key, workload);
      if (!index.byNetns.has(netns)) index.byNetns.set(netns, workload);
    }
    this.#index = index;
    return index;
  }
}

interface Index {
  readonly byName: Map<string, ReportedWorkload>;
  readonly byNetns: Map<string, ReportedWorkload>;
}

/** Absent is not empty. */
function nameKey(...parts: readonly (string | undefined)[]): string {
  return JSON.stringify(parts);
}
