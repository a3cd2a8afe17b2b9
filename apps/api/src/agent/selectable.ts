import type { ReportedWorkload } from '@bulkhead/control-plane';
import type { Selectable } from '@bulkhead/policy';

/**
 * What selectors ask of a workload, as its agent would: that knows no owners beyond the pod. A named network namespace is a workload whose identifier is its path,
 * and selectors may call it by its name; that of a container has none.
 */
export function selectable({ id, name, namespace, labels, owners, netns = id }: ReportedWorkload): Selectable {
  const where = namespace === undefined ? {} : { namespace };
  return {
    name,
    ...where,
    labels,
    owners: owners.slice(0, owners.findIndex(({ kind }) => kind === 'Pod') + 1 || undefined),
    netns: { path: netns, ...(netns === id && id.startsWith('/') && { name }) },
  };
}
