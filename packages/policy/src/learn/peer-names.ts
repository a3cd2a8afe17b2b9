import type { WorkloadGroup } from '@bulkhead/core';
import { rangeOf, readPrefix } from '../network/address.ts';
import { prefixText } from '../network/address-text.ts';
import { isDomain } from '../network/domain.ts';
import type { FlowDirection, NetworkPeer } from '../network/rule-set.ts';
import type { LearntEnd, LearntFlow, LearntWorkload } from './flow.ts';
import type { LearningNote, LearntDocument } from './learnt.ts';
import { Narrowest, selectsEverybody } from './narrowest.ts';
import { Proposals } from './proposals.ts';

/** How rules name who was seen at the other end. */
export class PeerNames {
  readonly #narrowest: Narrowest;
  readonly #proposals: Proposals;
  readonly #everybody = new Set<string>();

  /** `known` are the workloads by whose number groups are narrow or wide; `flows` are those whose ends are to be named. */
  constructor(groups: readonly WorkloadGroup[], flows: readonly LearntFlow[], known: Iterable<LearntWorkload>) {
    this.#narrowest = new Narrowest(groups, known);
    // What was denied is not learnt: nobody has to be named for it.
    const nameless = workloadsOf(flows.filter(({ verdict }) => verdict !== 'block')).filter(
      (end) => this.#narrowest.groupOf(end) === undefined,
    );
    this.#proposals = new Proposals(nameless, new Set(groups.map(({ name }) => name)));
  }

  /** Nothing where no rule can name it. */
  peerOf(end: LearntEnd, direction: FlowDirection): NetworkPeer | undefined {
    if (end.kind === 'node') return { kind: 'node' };
    if (end.kind === 'address') return addressPeer(end, direction);
    const group = this.#narrowest.groupOf(end);
    if (group !== undefined && selectsEverybody(group)) this.#everybody.add(group.name);
    const name = group?.name ?? this.#proposals.groupOf(end);
    return name === undefined ? undefined : { kind: 'group', name };
  }

  proposed(): readonly LearntDocument[] {
    return this.#proposals.documents().map((document) => ({ document, head: [], comments: [] }));
  }

  notes(): readonly LearningNote[] {
    const whole = this.#proposals.wholeNamespaces.map((namespace) => ({
      kind: 'note' as const,
      text: `too many workloads of the namespace ${namespace} are in no group: the group that is proposed selects all of it`,
    }));
    const wide = [...this.#everybody].toSorted().map((group) => ({
      kind: 'note' as const,
      group,
      text: 'selects every workload, and names peers that no narrower group selects: write narrower ones and learn again',
    }));
    return [...whole, ...wide];
  }
}

/** The workloads at the ends of flows. */
export function workloadsOf(flows: readonly LearntFlow[]): readonly LearntWorkload[] {
  const ends = new Set(flows.flatMap(({ client, server }) => [client, server]));
  return [...ends].filter((end) => end.kind === 'workload');
}

function addressPeer(
  { address, domain }: Extract<LearntEnd, { kind: 'address' }>,
  direction: FlowDirection,
): NetworkPeer | undefined {
  const name = domain?.toLowerCase().replace(/\.$/, '');
  if (direction === 'egress' && name !== undefined && !name.startsWith('*') && isDomain(name)) {
    return { kind: 'domain', domain: name };
  }
  const prefix = readPrefix(address);
  return prefix === undefined
    ? undefined
    : { kind: 'prefix', prefix: prefixText({ ...prefix, value: rangeOf(prefix).first }) };
}
