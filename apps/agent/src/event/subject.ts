import type { NamespacePlan } from '../plan.ts';
import type { Subject, WorkloadName } from './agent-event.ts';

/** Names the workloads of a namespace for events. */
export function subjectOf({ path, workloads, policy }: NamespacePlan): Subject {
  return {
    netns: path,
    workloads: workloads.map((workload): WorkloadName => {
      const pod = workload.owners.find((owner) => owner.kind === 'Pod')?.name;
      return {
        name: workload.name,
        ...(workload.namespace !== undefined && { namespace: workload.namespace }),
        ...(pod !== undefined && { pod }),
      };
    }),
    groups: policy.groups,
    mode: policy.mode,
  };
}
