import { buildFirewall } from '../firewall/build-firewall.ts';
import type { NftCommand } from '../nft-json.ts';
import { blockedChains, blockedRules } from './blocked.ts';
import { earlyRules } from './early-rules.ts';
import { lateRules } from './late-rules.ts';
import { guardedHooks, queueRange, type SteeringOptions } from './options.ts';
import {
  addBaseChain,
  addCounter,
  addTable,
  COUNTERS,
  EARLY_PRIORITY,
  earlyChain,
  LATE_PRIORITY,
  lateChain,
  TABLE,
} from './table.ts';
import { withoutPayloadChains, withoutPayloadRules } from './without-payload.ts';

/** What is known of the table as it is. */
export interface PresentTable {
  readonly isThere?: boolean;
  /** Another version made it. */
  readonly isForeign?: boolean;
  readonly hasFirewall?: boolean;
}

/**
 * The transaction that makes table `inet bulkhead` enforce these options, whatever it did before.
 *
 * Chains that exist are emptied and refilled within the transaction, never removed: the kernel drops every packet that
 * waits in a queue when it takes a chain off its hook. Only a table of another version, which cannot be refilled, is
 * replaced as a whole.
 */
export function buildEnforcement(options: SteeringOptions, present: PresentTable = {}): readonly NftCommand[] {
  const hooks = guardedHooks(options);
  queueRange(options);
  return [
    addTable(),
    present.isForeign === true ? { delete: { table: TABLE } } : { flush: { table: TABLE } },
    ...(present.isForeign === true ? [addTable()] : []),
    ...COUNTERS.map(addCounter),
    ...withoutPayloadChains(),
    ...blockedChains(),
    ...hooks.flatMap((hook) => [
      addBaseChain(earlyChain(hook), hook, EARLY_PRIORITY),
      addBaseChain(lateChain(hook), hook, LATE_PRIORITY),
    ]),
    ...withoutPayloadRules(),
    ...blockedRules(),
    ...hooks.flatMap((hook) => [...earlyRules(hook, options), ...lateRules(hook, options.onFailure)]),
    ...(options.firewall === undefined
      ? []
      : buildFirewall(options.firewall, present.hasFirewall === true && present.isForeign !== true)),
  ];
}
