import type { ReportedWorkload } from '@bulkhead/control-plane';
import type { OwnerSupply } from '../cluster/cluster-owners.ts';

/** A workload with the owners of its pod too, where they are known: those that its agent reports end with the pod. */
export function withOwners<Workload extends ReportedWorkload>(
  workload: Workload,
  owners: OwnerSupply | undefined,
): Workload {
  const { namespace, owners: reported } = workload;
  const pod = reported.at(-1);
  if (namespace === undefined || pod?.kind !== 'Pod') return workload;
  // A pod that a kubelet has by itself says that its node owns it: that runs it, and is not what it is.
  const more = owners?.ownersOf(namespace, pod.name)?.filter(({ kind }) => kind !== 'Node') ?? [];
  return more.length === 0 ? workload : { ...workload, owners: [...reported, ...more] };
}
