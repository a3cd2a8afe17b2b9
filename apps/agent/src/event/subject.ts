import type { Workload } from '@bulkhead/core';
import type { NamespacePlan } from '../plan.ts';
import type { LocatedWorkload } from '../workload/located.ts';
import type { Subject, WorkloadName } from './agent-event.ts';

/** Names the workloads of a namespace for events. */
export function subjectOf({ path, workloads, policy }: NamespacePlan): Subject {
  return { netns: path, workloads: workloads.map(workloadName), groups: policy.groups, mode: policy.mode };
}

/** Names a workload for events. */
export function workloadName({ name, namespace, owners }: Workload): WorkloadName {
  const pod = owners.find((owner) => owner.kind === 'Pod')?.name;
  return { name, ...(namespace !== undefined && { namespace }), ...(pod !== undefined && { pod }) };
}

/** Names workloads of a namespace that nothing is planned for. */
export function bareSubject(path: string, workloads: readonly LocatedWorkload[]): Pick<Subject, 'netns' | 'workloads'> {
  return { netns: path, workloads: workloads.map(workloadName) };
}
