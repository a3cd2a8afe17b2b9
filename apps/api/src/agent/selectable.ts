import type { ReportedWorkload } from '@bulkhead/control-plane';
import type { Selectable } from '@bulkhead/policy';

/**
 * What selectors ask of a workload, as its agent would. A named network namespace is a workload whose identifier is its path,
 * and selectors may call it by its name; that of a container has none.
 */
export function selectable({ id, name, namespace, labels, owners, netns = id }: ReportedWorkload): Selectable {
  const where = namespace === undefined ? {} : { namespace };
  return {
    name,
    ...where,
    labels,
    owners,
    netns: { path: netns, ...(netns === id && id.startsWith('/') && { name }) },
  };
}
