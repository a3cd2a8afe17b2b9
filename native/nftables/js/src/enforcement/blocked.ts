import { and, drop, equals, field, jump, meta, type NftCommand, PROTOCOL, resetTcp } from '../nft-json.ts';
import { addChain, addRule, count } from './table.ts';
import { WITHOUT_PAYLOAD } from './without-payload.ts';

/** A chain that ends every packet of a blocked connection. */
export const BLOCKED = 'blocked';

const SYN_OR_RST = 0x06;
const RST = 0x04;

export function blockedChains(): readonly NftCommand[] {
  return [addChain(BLOCKED)];
}

export function blockedRules(): readonly NftCommand[] {
  const isReset = equals(and(field('tcp', 'flags'), SYN_OR_RST), RST);
  return [
    // The kernel's own reset belongs to the blocked connection as well, and passes the output hook on its way.
    addRule(BLOCKED, isReset, jump(WITHOUT_PAYLOAD)),
    addRule(BLOCKED, equals(meta('l4proto'), PROTOCOL.tcp), count('blocked'), resetTcp),
    addRule(BLOCKED, count('blocked'), drop),
  ];
}
