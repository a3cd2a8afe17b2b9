import { isName, type Sensor } from '@bulkhead/core';
import { type BoundSensor, type Policy, selectGroups } from '@bulkhead/policy';
import type { LocatedWorkload } from './workload/located.ts';

/**
 * Says by addresses what sensors of a namespace say by groups. A group is who it selects on this machine; peers on other
 * machines have to be named by address. A sensor whose peers are nobody here is left out.
 *
 * `local`: addresses of the namespace itself; none where traffic only passes through it.
 */
export function resolvePeers(
  sensors: readonly BoundSensor[],
  policy: Policy,
  workloads: readonly LocatedWorkload[],
  local: readonly string[],
): readonly Sensor[] {
  return sensors.flatMap(({ peers, ...sensor }) => {
    if (peers === undefined) return [sensor];
    const resolve = (names: readonly string[]): readonly string[] => addressesOf(names, policy, workloads);
    const scopes = peers.flatMap(({ from, to }) => [
      ...(from === undefined ? [] : [{ clients: resolve(from), servers: local, peers: 'clients' as const }]),
      ...(to === undefined ? [] : [{ clients: local, servers: resolve(to), peers: 'servers' as const }]),
    ]);
    // Nobody is not anybody.
    const known = scopes.filter((scope) => scope[scope.peers].length > 0);
    if (known.length === 0) return [];
    return [{ ...sensor, scopes: known.map(({ clients, servers }) => ({ clients, servers })) }];
  });
}

function addressesOf(
  peers: readonly string[],
  policy: Policy,
  workloads: readonly LocatedWorkload[],
): readonly string[] {
  const groups = policy.groups.filter((group) => peers.includes(group.name));
  const members = workloads.filter((workload) => selectGroups(workload, groups).length > 0);
  const named = peers.filter((peer) => !isName(peer));
  return [...new Set([...named, ...members.flatMap(({ addresses }) => addresses)])].toSorted();
}
