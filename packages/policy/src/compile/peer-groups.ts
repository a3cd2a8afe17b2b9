import { isName, type WorkloadGroup } from '@bulkhead/core';
import type { NetworkRuleSet } from '../network/rule-set.ts';

/** For each group by name: the groups that its rule sets and its sensors name as peers. */
export function peerGroups(
  groups: readonly WorkloadGroup[],
  ruleSets: readonly NetworkRuleSet[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const peers = new Map<string, Set<string>>(groups.map(({ name, sensors }) => [name, peersOfSensors(sensors)]));
  for (const ruleSet of ruleSets) {
    const named = peersOfRules(ruleSet);
    for (const group of ruleSet.groups) for (const name of named) peers.get(group)?.add(name);
  }
  return peers;
}

function peersOfSensors(bindings: WorkloadGroup['sensors']): Set<string> {
  const named = bindings.flatMap((binding) =>
    typeof binding === 'string' ? [] : [...(binding.from ?? []), ...(binding.to ?? [])],
  );
  return new Set(named.filter(isName));
}

function peersOfRules({ ingress = [], egress = [] }: NetworkRuleSet): ReadonlySet<string> {
  const peers = [...ingress, ...egress].flatMap((rule) => rule.peers ?? []);
  return new Set(peers.flatMap((peer) => (peer.kind === 'group' ? [peer.name] : [])));
}
