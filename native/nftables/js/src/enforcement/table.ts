import type { NftCommand, Statement } from '../nft-json.ts';
import type { Hook } from './options.ts';

/** Everything of ours lives in this one table, but for the xtables way to the queue. */
export const TABLE = { family: 'inet', name: 'bulkhead' } as const;

/** xtables' mangle chains, and a native queue's place, are at -150: ours go round them on both sides. */
export const EARLY_PRIORITY = -151;
export const LATE_PRIORITY = -149;

export const COUNTERS = [
  'inspected',
  'acknowledgements',
  'handed-over',
  'blocked',
  'unanswered',
  'quarantined',
] as const;
export type CounterName = (typeof COUNTERS)[number];

export const earlyChain = (hook: Hook): string => `early-${hook}`;
export const lateChain = (hook: Hook): string => `late-${hook}`;

export const count = (counter: CounterName): Statement => ({ counter });

export function addTable(): NftCommand {
  return { add: { table: TABLE } };
}

export function addCounter(name: CounterName): NftCommand {
  return { add: { counter: { family: TABLE.family, table: TABLE.name, name } } };
}

export function addChain(name: string): NftCommand {
  return { add: { chain: { family: TABLE.family, table: TABLE.name, name } } };
}

export function addBaseChain(name: string, hook: Hook, priority: number): NftCommand {
  const place = { type: 'filter', hook, prio: priority, policy: 'accept' };
  return { add: { chain: { family: TABLE.family, table: TABLE.name, name, ...place } } };
}

export function addRule(chain: string, ...expr: readonly Statement[]): NftCommand {
  return { add: { rule: { family: TABLE.family, table: TABLE.name, chain, expr } } };
}
