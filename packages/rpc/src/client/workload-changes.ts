import type { Workload, WorkloadReport } from '../gen/agent/v1/agent.ts';
import { MAX_BATCH_BYTES, MAX_WORKLOADS, MAX_WORKLOADS_PER_REPORT } from '../wire/limits.ts';
import { type AgentWorkload, workloadToWire } from './workload-to-wire.ts';

/** Keeps what the control plane knows of this node's workloads, and says what it has to be told. */
export class WorkloadChanges {
  #known: Map<string, string> | undefined;

  /** The control plane knows nothing any more: the next report begins anew. */
  forget(): void {
    this.#known = undefined;
  }

  /** Reports that take the control plane from what it knows to these workloads; none where nothing changed. */
  reportsFor(workloads: readonly AgentWorkload[]): readonly WorkloadReport[] {
    const wanted = new Map<string, Workload>();
    for (const workload of workloads.slice(0, MAX_WORKLOADS)) wanted.set(workload.id, workloadToWire(workload));
    const before = this.#known;
    const texts = new Map([...wanted].map(([id, workload]) => [id, JSON.stringify(workload)]));
    const changed = [...wanted].filter(([id]) => before?.get(id) !== texts.get(id)).map(([, workload]) => workload);
    const gone = [...(before?.keys() ?? [])].filter((id) => !wanted.has(id));
    this.#known = texts;
    const reports: WorkloadReport[] = [
      ...pieces(changed, (workload) => texts.get(workload.id)?.length ?? 0).map((present) => ({
        whole: false,
        present,
        gone: [],
      })),
      ...pieces(gone, (id) => id.length).map((ids) => ({ whole: false, present: [], gone: ids })),
    ];
    if (before !== undefined) return reports;
    const [first = { whole: true, present: [], gone: [] }, ...rest] = reports;
    return [{ ...first, whole: true }, ...rest];
  }
}

/** Cuts a list so that each piece is within the limits of one report. */
function pieces<Item>(items: readonly Item[], sizeOf: (item: Item) => number): Item[][] {
  const cut: Item[][] = [];
  let size = 0;
  for (const item of items) {
    const last = cut.at(-1);
    const bytes = sizeOf(item);
    if (last === undefined || last.length >= MAX_WORKLOADS_PER_REPORT || size + bytes > MAX_BATCH_BYTES) {
      cut.push([item]);
      size = bytes;
    } else {
      last.push(item);
      size += bytes;
    }
  }
  return cut;
}
