import { and, equals, field, jump, type NftCommand, type Statement } from '../nft-json.ts';
import { connectionHas, MARK, markConnection, markPacket } from './marks.ts';
import type { Hook, SteeringOptions } from './options.ts';
import { WITHOUT_PAYLOAD } from './without-payload.ts';

const SYN = 0x02;
const SYN_AND_ACK = 0x12;
/** All flags but the two by which a SYN offers to hear of congestion (RFC 3168). */
const BUT_CONGESTION = 0x3f;

/** A bit of conntrack's status: the handshake's third packet was seen (IPS_ASSURED). */
const ASSURED = 0x04;

/** Where what answers a SYN passes the queue, by where the SYN comes. */
const ANSWERED_AT: Partial<Record<Hook, Hook>> = { input: 'output', forward: 'forward' };

/**
 * Rules that let SYNs by which carry no payload and belong to connections that are new to conntrack.
 *
 * What answers such a SYN says all that it said, and goes to the queue, but for one thing: that it begins something new and is no
 * forgery on an old connection. Its mark says that instead, until the handshake is done. It has to come past the queue for that, so
 * hooks that see one direction alone have no such rules. Nor have SYNs of the namespace's own: a redirection behind the output hook, as
 * proxies in a pod make it, has them answered over loopback.
 */
export function unaskedSynRules(
  rule: (...statements: readonly Statement[]) => NftCommand,
  hook: Hook,
  { hooks }: SteeringOptions,
): readonly NftCommand[] {
  const flags = field('tcp', 'flags');
  const answeredAt = ANSWERED_AT[hook];
  const letBy = rule(
    equals(and(flags, BUT_CONGESTION), SYN),
    equals({ ct: { key: 'state' } }, 'new'),
    markConnection(MARK.opened),
    jump(WITHOUT_PAYLOAD),
  );
  const answers = rule(
    equals(and(flags, SYN_AND_ACK), SYN_AND_ACK),
    equals({ ct: { key: 'direction' } }, 'reply'),
    equals(and({ ct: { key: 'status' } }, ASSURED), 0),
    connectionHas(MARK.opened),
    markPacket(MARK.answer),
  );
  const hasAnswers = hooks.some((opened) => ANSWERED_AT[opened] === hook);
  return [...(answeredAt !== undefined && hooks.includes(answeredAt) ? [letBy] : []), ...(hasAnswers ? [answers] : [])];
}
