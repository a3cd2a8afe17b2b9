import { anyOf, equals, field, type Json, meta, PROTOCOL, type Statement } from '../nft-json.ts';
import type { FirewallMatch, FirewallPorts, FirewallRule } from './firewall.ts';

/** The names of the sets that hold a list. */
export const setName = (list: string, family: 4 | 6): string => `${list}-${family}`;

const FAMILIES = [
  { family: 4, protocol: 'ip' },
  { family: 6, protocol: 'ip6' },
] as const;

/** The ways in which a packet can satisfy a rule: in each every match must hold. */
export function matchesOf(rule: FirewallRule, hook: 'input' | 'output'): readonly (readonly Statement[])[] {
  return [rule, ...(rule.also ?? [])].flatMap((match) => waysOf(match, hook));
}

function waysOf(match: FirewallMatch, hook: 'input' | 'output'): readonly (readonly Statement[])[] {
  if (match.ends !== undefined) return endMatches(match.ends, hook);
  const peers = match.peers === undefined ? [[]] : peerMatches(match.peers, hook);
  const ports = match.ports === undefined ? [[]] : portMatches(match.ports);
  return peers.flatMap((peer) => ports.map((port) => [...peer, ...port]));
}

function peerMatches(list: string, hook: 'input' | 'output'): readonly (readonly Statement[])[] {
  return FAMILIES.map(({ family, protocol }) => [
    equals(field(protocol, PEER_ADDRESS[hook]), `@${setName(list, family)}`),
  ]);
}

/** One look-up for all of them, however many ports they have. */
function endMatches(list: string, hook: 'input' | 'output'): readonly (readonly Statement[])[] {
  return FAMILIES.map(({ family, protocol }) => {
    const end = [field(protocol, PEER_ADDRESS[hook]), meta('l4proto'), field('th', 'dport')];
    return [equals({ concat: end }, `@${setName(list, family)}`)];
  });
}

const PEER_ADDRESS = { input: 'saddr', output: 'daddr' } as const;

/** Whole protocols and single ports are told apart: only the latter have the transport's header to be looked at. */
function portMatches(wanted: readonly FirewallPorts[]): readonly (readonly Statement[])[] {
  const whole = wanted.filter(({ ports }) => ports === undefined).flatMap(({ protocol }) => PROTOCOLS[protocol]);
  const single = (protocol: 'tcp' | 'udp'): readonly (readonly [number, number])[] =>
    mergeRanges(wanted.flatMap((one) => (one.protocol === protocol && one.ports !== undefined ? [one.ports] : [])));
  return [
    ...(whole.length === 0 ? [] : [[anyOf(meta('l4proto'), [...new Set(whole)])]]),
    ...(['tcp', 'udp'] as const).flatMap((protocol) => {
      const ranges = single(protocol);
      return ranges.length === 0 ? [] : [[anyOf(field(protocol, 'dport'), ranges.map(rangeJson))]];
    }),
  ];
}

const PROTOCOLS = { tcp: [PROTOCOL.tcp], udp: [PROTOCOL.udp], icmp: [PROTOCOL.icmp, PROTOCOL.icmpv6] } as const;

function rangeJson([first, last]: readonly [number, number]): Json {
  return first === last ? first : { range: [first, last] };
}

/** The kernel takes no overlapping ranges in a set. */
function mergeRanges(ranges: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const merged: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}
