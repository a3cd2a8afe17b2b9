import { type KnownWorkload, MAX_PAGE, type ReportedWorkload, type WorkloadStore } from '@bulkhead/control-plane';
import type { ClusterWorkload } from '@bulkhead/policy';
import { selectable } from './selectable.ts';

/** Every workload that the store knows. */
export async function allWorkloads(workloads: WorkloadStore): Promise<readonly KnownWorkload[]> {
  const all: KnownWorkload[] = [];
  let after: string | undefined;
  do {
    const page = await workloads.list({}, { limit: MAX_PAGE, after });
    all.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return all;
}

/** A workload by a name that is its own in the whole cluster: two nodes may have network namespaces of one path. */
export function clusterWorkload(agent: string, node: string, workload: ReportedWorkload): ClusterWorkload {
  return { ...selectable(workload), id: clusterId(agent, workload.id), node, addresses: workload.addresses };
}

export function clusterId(agent: string, id: string): string {
  return `${agent} ${id}`;
}
