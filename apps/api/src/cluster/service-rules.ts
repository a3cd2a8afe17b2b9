import { formatCount } from '@bulkhead/core';
import type { Enforcement } from '@bulkhead/kube';
import type { NetworkRuleSet } from '@bulkhead/policy';
import { ELSEWHERE, LEFT_OUT, REFUSED, UNNAMED } from '../agent/left-out.ts';
import type { ServicesNotTold } from '../agent/standing.ts';

const NOTHING: ServicesNotTold = { leftOut: [], unnamed: 0, elsewhere: [], isRefused: false };

/**
 * Whether the egress rules of a set are about all Services in front of the groups that they name, and about which not. Nothing where they
 * name none.
 */
export function serviceRules(
  { egress = [] }: Pick<NetworkRuleSet, 'egress'>,
  { leftOut, unnamed, elsewhere, isRefused }: ServicesNotTold = NOTHING,
): Pick<Enforcement, 'summary' | 'notEnforced'> | undefined {
  const named = new Set(
    egress.flatMap(({ peers = [] }) => peers.flatMap((peer) => (peer.kind === 'group' ? [peer.name] : []))),
  );
  if (named.size === 0) return undefined;
  const concerned = leftOut.filter(({ groups }) => groups?.some((name) => named.has(name)) ?? true);
  return {
    summary: `Services in front of ${[...named].toSorted().join(', ')}`,
    notEnforced: [
      ...(isRefused ? [{ where: 'every node', why: REFUSED }] : []),
      ...concerned.map(({ id, cause }) => ({ where: `Service ${id}`, why: LEFT_OUT[cause] })),
      ...(unnamed > 0 ? [{ where: formatCount(unnamed, 'more Service'), why: UNNAMED }] : []),
      ...elsewhere.map((node) => ({ where: `node ${node}`, why: ELSEWHERE })),
    ],
  };
}
