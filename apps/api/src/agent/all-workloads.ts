import { type KnownWorkload, MAX_PAGE, type WorkloadStore } from '@bulkhead/control-plane';
import type { ClusterWorkload } from '@bulkhead/policy';

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
export function clusterWorkload(
  agent: string,
  node: string,
  {
    id,
    name,
    namespace,
    labels,
    owners,
    addresses,
  }: Omit<ClusterWorkload, 'node' | 'namespace'> & { readonly namespace?: string | undefined },
): ClusterWorkload {
  const where = namespace === undefined ? {} : { namespace };
  return { id: clusterId(agent, id), name, ...where, labels, owners, node, addresses };
}

export function clusterId(agent: string, id: string): string {
  return `${agent} ${id}`;
}
