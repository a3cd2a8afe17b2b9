import type { WorkloadGroup } from '@bulkhead/core';
import { readPrefix } from '../network/address.ts';
import { FLOW_DIRECTIONS, type FlowDirection, type NetworkPeer, type NetworkRule } from '../network/rule-set.ts';
import { peerText } from '../network/words.ts';
import type { Policy } from '../policy.ts';

/** What became of a policy in another's language: documents of that language, and what they do not say. */
export interface Exchanged {
  readonly documents: readonly object[];
  /** One line for each thing that was not carried over, or is said less exactly. */
  readonly notes: readonly string[];
}

/**
 * The network rules of a policy as Kubernetes NetworkPolicies (networking.k8s.io/v1), one for each namespace of a group and each
 * rule set. Only what is enforced is exported: rule sets of groups in `protect`.
 *
 * Those have no denials, names, applications or nodes, and no order: a note says where they say less than the policy.
 */
export function exportNetworkPolicies({ groups, network }: Pick<Policy, 'groups' | 'network'>): Exchanged {
  const notes: string[] = [];
  const byName = new Map(groups.map((group) => [group.name, group]));
  const documents = network.flatMap((ruleSet) =>
    ruleSet.groups.flatMap((name) => {
      const group = byName.get(name);
      if (group === undefined) return [];
      const note = (text: string): void => void notes.push(`rule set ${ruleSet.name}, group ${name}: ${text}`);
      if (group.mode !== 'protect') {
        note(`is in ${group.mode}: not exported, for a NetworkPolicy always denies`);
        return [];
      }
      const place = placeOf(group);
      if (place === undefined) {
        note('selects by more than exact namespaces and labels: not exported');
        return [];
      }
      const speaking = FLOW_DIRECTIONS.filter((direction) => ruleSet[direction] !== undefined);
      const sides = speaking.map((direction) => {
        const rules = (ruleSet[direction] ?? []).flatMap((rule) => exportRule(rule, direction, byName, note) ?? []);
        return [direction, rules] as const;
      });
      return place.namespaces.map((namespace) => ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: `${ruleSet.name}-${name}`, namespace },
        spec: {
          podSelector: place.podSelector,
          policyTypes: speaking.map((direction) => (direction === 'ingress' ? 'Ingress' : 'Egress')),
          ...Object.fromEntries(sides),
        },
      }));
    }),
  );
  return { documents, notes };
}

interface Place {
  readonly namespaces: readonly string[];
  readonly podSelector: object;
}

function placeOf({ selector }: WorkloadGroup): Place | undefined {
  const { namespaces, names, netns, labels } = selector;
  const isExact = namespaces?.every((glob) => !/[*?]/.test(glob)) === true;
  if (namespaces === undefined || !isExact || names !== undefined || netns !== undefined) return undefined;
  const { matchLabels = {}, matchExpressions = [] } = labels ?? {};
  return {
    namespaces,
    podSelector: {
      ...(Object.keys(matchLabels).length > 0 && { matchLabels }),
      ...(matchExpressions.length > 0 && {
        matchExpressions: matchExpressions.map(({ key, operator, values }) => ({
          key,
          operator,
          ...(values.length > 0 && { values }),
        })),
      }),
    },
  };
}

function exportRule(
  { name, action, peers, ports, applications }: NetworkRule,
  direction: FlowDirection,
  groups: ReadonlyMap<string, WorkloadGroup>,
  note: (text: string) => void,
): object | undefined {
  const say = (text: string): void => note(`${direction} rule ${name}: ${text}`);
  if (action === 'deny') {
    say('denies, which a NetworkPolicy cannot: not exported; what later rules allow is wider without it');
    return undefined;
  }
  if (applications !== undefined) say(`allows whatever is spoken, not only ${applications.join(', ')}`);
  if (ports?.some(({ protocol }) => protocol === 'icmp') === true) say('says nothing of ICMP');
  const others = (peers ?? []).flatMap((peer) => {
    const exported = exportPeer(peer, groups);
    if (exported === undefined) say(`names ${peerText(peer)}, which a NetworkPolicy cannot`);
    return exported ?? [];
  });
  const exportedPorts = (ports ?? []).flatMap(({ protocol, ports: range }) => {
    if (protocol === 'icmp') return [];
    const end = range === undefined || range.first === range.last ? {} : { endPort: range.last };
    return [{ protocol: protocol.toUpperCase(), ...(range !== undefined && { port: range.first }), ...end }];
  });
  // An empty list of either stands for anybody and anything: a rule that has nothing left is none.
  if ((peers !== undefined && others.length === 0) || (ports !== undefined && exportedPorts.length === 0)) {
    return undefined;
  }
  return {
    ...(peers !== undefined && { [direction === 'ingress' ? 'from' : 'to']: others }),
    ...(ports !== undefined && { ports: exportedPorts }),
  };
}

function exportPeer(peer: NetworkPeer, groups: ReadonlyMap<string, WorkloadGroup>): readonly object[] | undefined {
  if (peer.kind === 'prefix') {
    const bits = readPrefix(peer.prefix)?.bits ?? 0;
    return [{ ipBlock: { cidr: peer.prefix.includes('/') ? peer.prefix : `${peer.prefix}/${bits}` } }];
  }
  const group = peer.kind === 'group' ? groups.get(peer.name) : undefined;
  const place = group === undefined ? undefined : placeOf(group);
  if (place === undefined) return undefined;
  const values = place.namespaces;
  const namespaces = { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] };
  return [{ namespaceSelector: namespaces, podSelector: place.podSelector }];
}
