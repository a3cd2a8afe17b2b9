import { isIPv6 } from 'node:net';
import type { CountedFlow } from '../event/agent-event.ts';

/** Of one port: who is scanned, or serves the whole Internet, must not make an event for each of its peers. */
const MAX_PEERS = 256;

const ANYBODY = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/**
 * Has at most so many peers that are not known told by their addresses, for each direction, protocol, port, application and
 * verdict: those that carried most. The sums of the others stand under the prefix of all addresses.
 */
export function sumPeers(
  flows: readonly CountedFlow[],
  isKnown: (peer: string) => boolean,
  maxPeers = MAX_PEERS,
): readonly CountedFlow[] {
  const groups = Map.groupBy(flows, ({ direction, protocol, port, verdict, peer, application }) =>
    isKnown(peer) ? 'known' : `${direction} ${protocol} ${port ?? ''} ${verdict} ${application ?? ''}`,
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
  const { direction, protocol, port, application, verdict } = first;
  const total = (unit: 'sessions' | 'bytes'): number => flows.reduce((so, flow) => so + flow[unit], 0);
  const of = { ...(port !== undefined && { port }), ...(application !== undefined && { application }) };
  return [{ direction, protocol, peer, ...of, verdict, sessions: total('sessions'), bytes: total('bytes') }];
}
