import { accept, and, drop, equals, jump, type NftCommand, packetMark, type Statement } from '../nft-json.ts';
import { BLOCKED } from './blocked.ts';
import { clearPacketMark, MARK, markConnection, packetHas } from './marks.ts';
import type { Hook, OnFailure } from './options.ts';
import { addRule, count, lateChain } from './table.ts';

/**
 * The chain after the queue: makes a packet's verdict that of its connection and takes our bits off the packet.
 *
 * It is a chain of its own because a packet that comes back from the queue goes on with the next chain of the hook, never
 * with the next rule. A packet that still asks for inspection was never answered for: somebody took the queue rule away,
 * or nobody listens and the rule lets packets by.
 */
export function lateRules(hook: Hook, onFailure: OnFailure): readonly NftCommand[] {
  const rule = (...statements: readonly Statement[]) => addRule(lateChain(hook), ...statements);
  return [
    rule(equals(and(packetMark, MARK.all), 0), accept),
    rule(packetHas(MARK.block), markConnection(MARK.block), jump(BLOCKED)),
    rule(packetHas(MARK.pass), markConnection(MARK.pass)),
    rule(packetHas(MARK.inspect), count('unanswered'), ...(onFailure === 'closed' ? [drop] : [])),
    rule(clearPacketMark),
  ];
}
