import type { NamespacePlan } from '../plan.ts';
import type { LocatedWorkload } from '../workload/located.ts';
import type { Subject, WorkloadName } from './agent-event.ts';

/** Names the workloads of a namespace for events. */
export function subjectOf({ path, workloads, policy }: NamespacePlan): Subject {
  return {
    netns: path,
    workloads: workloads.map(nameOf),
    groups: policy.groups,
    mode: policy.mode,
  };
}

/** Names workloads of a namespace that nothing is planned for. */
export function bareSubject(path: string, workloads: readonly LocatedWorkload[]): Pick<Subject, 'netns' | 'workloads'> {
  return { netns: path, workloads: workloads.map(nameOf) };
}

function nameOf(workload: LocatedWorkload): WorkloadName {
  const pod = workload.owners.find((owner) => owner.kind === 'Pod')?.name;
  return {
    name: workload.name,
    ...(workload.namespace !== undefined && { namespace: workload.namespace }),
    ...(pod !== undefined && { pod }),
  };
}
