import { type FlowEnd, type FlowEnds, type WatchedSubject, workloadEnd } from '@bulkhead/control-plane';
import type { AddressBook } from './address-book.ts';
import type { ReportedWorkloads } from './reported-workloads.ts';
import type { ServiceBook } from './service-book.ts';

/** Where flows were seen: the agent, its node, and what runs there as it said last. */
export interface FlowOrigin {
  readonly agent: string;
  readonly node: string;
  readonly workloads: ReportedWorkloads;
}

/** The ends of flows that an agent tells of. */
export function flowEnds(book: AddressBook, services: ServiceBook, { agent, node, workloads }: FlowOrigin): FlowEnds {
  return {
    node: { kind: 'node', name: node },
    local: (subject) => book.at(agent, subject.netns) ?? reportedEnd(subject, workloads) ?? namedEnd(subject),
    peer: (address) => book.who(agent, address),
    behind: (address, protocol, port) => services.behind(address, protocol, port, (one) => book.who(agent, one)),
  };
}

/**
 * What runs the container that an agent tells of programs or files of. Not by its network namespace, which it may share with others (the
 * node's), but where it is gone and was called like what is there still.
 */
export function containerEnd(
  book: AddressBook,
  { agent, workloads }: FlowOrigin,
): (subject: WatchedSubject) => FlowEnd {
  return (subject) => {
    const known = workloads.namedBy(subject);
    if (known !== undefined) return workloadEnd(known);
    const [{ namespace, pod } = { namespace: undefined, pod: undefined }] = subject.workloads;
    const end = book.at(agent, subject.netns);
    if (end?.kind !== 'workload' || end.namespace !== namespace) return namedEnd(subject);
    return pod === end.name || pod?.startsWith(`${end.name}-`) === true ? end : namedEnd(subject);
  };
}

/** What has just been reported is not in the book yet. */
function reportedEnd(subject: WatchedSubject, workloads: ReportedWorkloads): FlowEnd | undefined {
  const found = workloads.in(subject.netns) ?? workloads.namedBy(subject);
  return found === undefined ? undefined : workloadEnd(found);
}

/** Of a workload that is gone, what the event says of it is all that is known. */
function namedEnd({ workloads }: WatchedSubject): FlowEnd {
  const [{ name, namespace, pod } = { name: '' }] = workloads;
  return { kind: 'workload', ...(namespace !== undefined && { namespace }), name: pod ?? name };
}
