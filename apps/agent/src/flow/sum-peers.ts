import { isIPv6 } from 'node:net';
import type { CountedFlow } from '../event/agent-event.ts';

/** Of one port: who is scanned, or serves the whole Internet, must not make an event for each of its peers. */
const MAX_PEERS = 256;

const ANYBODY = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/**
 * Has at most so many peers that are not known told by their addresses, for each direction, protocol, port and verdict: those
 * that carried most. The sums of the others stand under the prefix of all addresses.
 */
export function sumPeers(
  flows: readonly CountedFlow[],
  isKnown: (peer: string) => boolean,
  maxPeers = MAX_PEERS,
): readonly CountedFlow[] {
  const groups = Map.groupBy(flows, ({ direction, protocol, port, verdict, peer }) =>
    isKnown(peer) ? 'known' : `${direction} ${protocol} ${port ?? ''} ${verdict}`,
  );
  return [...groups].flatMap(([name, group]) => {
    if (name === 'known' || group.length <= maxPeers) return group;
    const sorted = group.toSorted((a, b) => b.bytes - a.bytes);
    const rest = Map.groupBy(sorted.slice(maxPeers), ({ peer }) => ANYBODY[isIPv6(peer) ? 6 : 4]);
    return [...sorted.slice(0, maxPeers), ...[...rest].flatMap(([prefix, some]) => sum(prefix, some))];
  });
}

function sum(peer: string, flows: readonly CountedFlow[]): readonly CountedFlow[] {
  const [first] = flows;
  if (first === undefined) return [];
  const { direction, protocol, port, verdict } = first;
  const total = (of: 'sessions' | 'bytes'): number => flows.reduce((so, flow) => so + flow[of], 0);
  const named = { direction, protocol, peer, ...(port !== undefined && { port }), verdict };
  return [{ ...named, sessions: total('sessions'), bytes: total('bytes') }];
}
