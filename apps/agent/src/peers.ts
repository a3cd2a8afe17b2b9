import { isName, type Sensor } from '@bulkhead/core';
import {
  type BoundSensor,
  type NetworkPeer,
  type Policy,
  type ServiceAddress,
  selectGroups,
  servicesOf,
  type UnfollowedServices,
} from '@bulkhead/policy';
import type { LocatedWorkload } from './workload/located.ts';

/** Who is known beyond the workloads of this node. */
export interface Neighbours {
  /** Addresses of groups' workloads anywhere, by the name of the group. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** Services that lead to workloads of groups. */
  readonly services: readonly ServiceAddress[];
  /** Services of which it is not known where their ports lead. */
  readonly unfollowed?: readonly UnfollowedServices[];
  /** The node's own addresses. */
  readonly node: readonly string[];
  /** The addresses that the workloads of a network namespace were told for a domain. */
  readonly namesOf: (netnsKey: string, domain: string) => readonly string[];
}

/** Says by addresses who a peer of rules and sensors is. A group is who it selects on this node, and whom others told of. */
export function peerAddresses(
  netnsKey: string,
  policy: Pick<Policy, 'groups'>,
  workloads: readonly LocatedWorkload[],
  { members, node, namesOf }: Pick<Neighbours, 'members' | 'node' | 'namesOf'>,
): (peer: NetworkPeer) => readonly string[] {
  return (peer) => {
    if (peer.kind === 'prefix') return [peer.prefix];
    if (peer.kind === 'node') return node;
    if (peer.kind === 'domain') return namesOf(netnsKey, peer.domain);
    const groups = policy.groups.filter((group) => group.name === peer.name);
    const here = workloads.filter((workload) => selectGroups(workload, groups).length > 0);
    const elsewhere = Object.hasOwn(members, peer.name) ? (members[peer.name] ?? []) : [];
    return [...here.flatMap(({ addresses }) => addresses), ...elsewhere];
  };
}

/**
 * Says by addresses what sensors of a namespace say by groups. A sensor whose peers are nobody is left out.
 *
 * `local`: addresses of the namespace itself; none where traffic only passes through it. `services`: who opens a session to a
 * workload through one of them sees its address alone.
 */
export function resolvePeers(
  sensors: readonly BoundSensor[],
  addressesOf: (peer: NetworkPeer) => readonly string[],
  local: readonly string[],
  services: readonly ServiceAddress[] = [],
  unfollowed: readonly UnfollowedServices[] = [],
): readonly Sensor[] {
  const resolve = (names: readonly string[]): readonly string[] => {
    const peers = names.map(
      (name): NetworkPeer => (isName(name) ? { kind: 'group', name } : { kind: 'prefix', prefix: name }),
    );
    return [...new Set(peers.flatMap(addressesOf))].toSorted();
  };
  const behind = (names: readonly string[]): readonly string[] =>
    names.flatMap((name) => (isName(name) ? servicesOf(name, services, unfollowed) : []));
  return sensors.flatMap(({ peers, ...sensor }) => {
    if (peers === undefined) return [sensor];
    const scopes = peers.flatMap(({ from, to }) => [
      ...(from === undefined ? [] : [{ clients: resolve(from), servers: local, peers: 'clients' as const }]),
      ...(to === undefined
        ? []
        : [
            {
              clients: local,
              servers: [...new Set([...resolve(to), ...behind(to)])].toSorted(),
              peers: 'servers' as const,
            },
          ]),
    ]);
    // Nobody is not anybody.
    const known = scopes.filter((scope) => scope[scope.peers].length > 0);
    if (known.length === 0) return [];
    return [{ ...sensor, scopes: known.map(({ clients, servers }) => ({ clients, servers })) }];
  });
}
