import {
  type FlowEnd,
  type FlowEnds,
  type FlowsSubject,
  type ReportedWorkload,
  workloadEnd,
} from '@bulkhead/control-plane';
import type { AddressBook } from './address-book.ts';

/** Where flows were seen: the agent, its node, and what runs there as it said last. */
export interface FlowOrigin {
  readonly agent: string;
  readonly node: string;
  readonly workloads: Iterable<ReportedWorkload>;
}

/** The ends of flows that an agent tells of. */
export function flowEnds(book: AddressBook, { agent, node, workloads }: FlowOrigin): FlowEnds {
  return {
    node: { kind: 'node', name: node },
    local: (subject) => book.at(agent, subject.netns) ?? reportedEnd(subject, workloads) ?? namedEnd(subject),
    peer: (address) => book.who(agent, address),
  };
}

/** What has just been reported is not in the book yet. */
function reportedEnd(
  { netns, workloads: named }: FlowsSubject,
  workloads: Iterable<ReportedWorkload>,
): FlowEnd | undefined {
  for (const workload of workloads) {
    const pod = workload.owners.find(({ kind }) => kind === 'Pod')?.name;
    const isNamed = named.some(
      (one) => one.name === workload.name && one.namespace === workload.namespace && one.pod === pod,
    );
    if (workload.netns === netns || isNamed) return workloadEnd(workload);
  }
  return undefined;
}

/** Of a workload that is gone, what the event says of it is all that is known. */
function namedEnd({ workloads }: FlowsSubject): FlowEnd {
  const [{ name, namespace, pod } = { name: '' }] = workloads;
  return { kind: 'workload', ...(namespace !== undefined && { namespace }), name: pod ?? name };
}
