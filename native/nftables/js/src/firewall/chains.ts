import { clearPacketBit, MARK, markPacket, packetHas } from '../enforcement/marks.ts';
import {
  accept,
  drop,
  equals,
  goto,
  jump,
  meta,
  PROTOCOL,
  resetTcp,
  returnToCaller,
  type Statement,
} from '../nft-json.ts';
import { ADMITTED } from './admitted.ts';
import type { FirewallDirection, FirewallRule, LogKind } from './firewall.ts';
import { LOG_GROUP, logPrefix } from './firewall.ts';
import { countChain } from './flow-counts.ts';
import { matchesOf } from './matches.ts';

/** A chain that is called by others, and its rules. */
export interface Chain {
  readonly name: string;
  readonly rules: readonly (readonly Statement[])[];
}

/** Where packets end that were judged: their ends are remembered, so that later packets are not judged again. */
export const ADMIT = 'admit';

/** Bytes of a packet that are told: the headers of network and transport. */
const SNAP_BYTES = 128;

/** Packets that one rule tells of in a second; a flood is counted by the rule, not told packet by packet. */
const TOLD = { rate: 50, per: 'second', burst: 100 } as const;

export const log = (kind: LogKind, id: string, bytes = SNAP_BYTES): Statement => ({
  log: { prefix: logPrefix(kind, id), group: LOG_GROUP, snaplen: bytes, 'queue-threshold': 1 },
});

const limit: Statement = { limit: TOLD };
const counter: Statement = { counter: null };
const isEstablished = equals({ ct: { key: 'state' } }, 'established');

/** The chains of one direction, and the rules of its base chain that call them. */
export function directionChains(
  direction: FirewallDirection,
  hook: 'input' | 'output',
): { readonly chains: readonly Chain[]; readonly calls: readonly (readonly Statement[])[] } {
  const { enforced, tried, denyId, tryId } = direction;
  const sets = [
    ...enforced.map((rules, index) => ruleChains(`rules-${hook}-${index}`, rules, hook, 'deny')),
    ...tried.map((rules, index) => ruleChains(`tried-${hook}-${index}`, rules, hook, 'alert')),
  ];
  const call = (index: number): readonly Statement[] => [jump(sets[index]?.name ?? '')];
  const isUnallowed = equals({ '&': [meta('mark'), MARK.allowed] }, 0);
  return {
    chains: [
      ...sets.flatMap(({ chains }) => chains),
      ...(denyId === undefined ? [] : [denyChain(denyId, true, hook)]),
      ...(tryId === undefined ? [] : [alertChain(tryId, true, hook)]),
    ],
    calls: [
      ...enforced.map((_, index) => call(index)),
      ...(denyId === undefined ? [] : [[isUnallowed, goto(chainOf('deny', denyId))]]),
      ...tried.map((_, index) => call(enforced.length + index)),
      ...(tryId === undefined ? [] : [[isUnallowed, goto(chainOf('alert', tryId))]]),
    ],
  };
}

function ruleChains(
  name: string,
  rules: readonly FirewallRule[],
  hook: 'input' | 'output',
  denied: 'deny' | 'alert',
): { readonly name: string; readonly chains: readonly Chain[] } {
  const further: Chain[] = [];
  const lines = rules.flatMap((rule) => {
    const isPlain = rule.action === 'allow' && !rule.log;
    if (!isPlain) further.push(targetChain(rule, denied, hook));
    const kind = rule.action === 'allow' ? 'allow' : denied;
    const outcome = isPlain
      ? [counter, markPacket(MARK.allowed), returnToCaller]
      : [counter, goto(chainOf(kind, rule.id))];
    return matchesOf(rule, hook).map((matches) => [...matches, ...outcome]);
  });
  return { name, chains: [{ name, rules: lines }, ...further] };
}

function targetChain(rule: FirewallRule, denied: 'deny' | 'alert', hook: 'input' | 'output'): Chain {
  if (rule.action === 'allow') {
    const rules = [[limit, log('allow', rule.id)], [markPacket(MARK.allowed)]];
    return { name: chainOf('allow', rule.id), rules };
  }
  return (denied === 'deny' ? denyChain : alertChain)(rule.id, rule.log, hook);
}

/** A connection that lived before its rule did is ended; a packet that would open one is dropped without an answer. */
function denyChain(id: string, tells: boolean, hook: 'input' | 'output'): Chain {
  return {
    name: chainOf('deny', id),
    rules: [
      ...(tells ? [[limit, log('deny', id)]] : []),
      [jump(countChain('denied', hook))],
      [clearPacketBit(MARK.allowed)],
      [isEstablished, equals(meta('l4proto'), PROTOCOL.tcp), counter, resetTcp],
      [counter, drop],
    ],
  };
}

function alertChain(id: string, tells: boolean, hook: 'input' | 'output'): Chain {
  const rules = [...(tells ? [[limit, log('alert', id)]] : []), [jump(countChain('tried', hook))], [goto(ADMIT)]];
  return { name: chainOf('alert', id), rules };
}

/** A table may hold one rule's chain of each kind: a set that is enforced in one direction may be tried in the other. */
function chainOf(kind: 'deny' | 'alert' | 'allow', id: string): string {
  return `${kind}-${id}`;
}

export const admitRules: readonly (readonly Statement[])[] = [
  [packetHas(MARK.allowed), clearPacketBit(MARK.allowed)],
  ...ADMITTED.map(({ set, key }) => [{ set: { op: 'update', elem: key, set: `@${set}` } }, accept]),
  // Not of TCP or UDP, or the set is full: it is judged packet by packet.
  [accept],
];
