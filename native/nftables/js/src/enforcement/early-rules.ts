import {
  accept,
  and,
  anyOf,
  differs,
  drop,
  equals,
  field,
  jump,
  meta,
  type NftCommand,
  PROTOCOL,
  packetMark,
  type Statement,
} from '../nft-json.ts';
import { BLOCKED } from './blocked.ts';
import { clearPacketMark, connectionHas, MARK, markPacket } from './marks.ts';
import { type Hook, queueRange, type SteeringOptions } from './options.ts';
import { addRule, count, earlyChain } from './table.ts';
import { WITHOUT_PAYLOAD } from './without-payload.ts';

const ACK_ALONE = 0x10;

/** RFC 4861 has neighbour discovery sent, and believed, with this hop limit only: it cannot come through a router. */
const NEIGHBOUR_DISCOVERY = ['nd-router-solicit', 'nd-router-advert', 'nd-neighbor-solicit', 'nd-neighbor-advert'];
const LINK_HOP_LIMIT = 255;

/** Without listener reports a switch may withhold the multicast that neighbour discovery uses (RFC 2710, RFC 3810). */
const LISTENER_DISCOVERY = ['mld-listener-query', 'mld-listener-report', 'mld-listener-done', 'mld2-listener-report'];
const LISTENER_HOP_LIMIT = 1;

/** What IPv6 cannot do without, and what cannot have come through a router. */
export const neighbourRules: readonly (readonly Statement[])[] = [
  [anyOf(field('icmpv6', 'type'), NEIGHBOUR_DISCOVERY), equals(field('ip6', 'hoplimit'), LINK_HOP_LIMIT), accept],
  [anyOf(field('icmpv6', 'type'), LISTENER_DISCOVERY), equals(field('ip6', 'hoplimit'), LISTENER_HOP_LIMIT), accept],
];

/** The chain before the queue: decides which packets go there. */
export function earlyRules(hook: Hook, options: SteeringOptions): readonly NftCommand[] {
  const chain = earlyChain(hook);
  const rule = (...statements: readonly Statement[]) => addRule(chain, ...statements);
  const isLoopback = { input: equals(meta('iif'), 'lo'), output: equals(meta('oif'), 'lo'), forward: undefined }[hook];

  return [
    // A process may mark its own packets (SO_MARK): a verdict that did not come from the inspector must not count.
    rule(differs(and(packetMark, MARK.all), 0), clearPacketMark),
    ...(isLoopback === undefined ? [] : [rule(isLoopback, accept)]),
    ...neighbourRules.map((statements) => rule(...statements)),
    ...(options.quarantine === true ? [rule(count('quarantined'), drop)] : steer(rule, options)),
  ];
}

function steer(
  rule: (...statements: readonly Statement[]) => NftCommand,
  options: SteeringOptions,
): readonly NftCommand[] {
  const native = options.queueVia === 'nft' ? [queue(options)] : [];
  return [
    rule(connectionHas(MARK.block), jump(BLOCKED)),
    rule(connectionHas(MARK.pass), count('handed-over'), accept),
    rule(equals(field('tcp', 'flags'), ACK_ALONE), jump(WITHOUT_PAYLOAD)),
    rule(anyOf(meta('l4proto'), Object.values(PROTOCOL)), count('inspected'), markPacket(MARK.inspect), ...native),
  ];
}

function queue(options: SteeringOptions): Statement {
  const [first, last] = queueRange(options);
  const num = first === last ? first : { range: [first, last] };
  return { queue: options.onFailure === 'open' ? { num, flags: 'bypass' } : { num } };
}
