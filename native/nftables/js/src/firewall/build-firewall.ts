import { neighbourRules } from '../enforcement/early-rules.ts';
import { clearPacketBit, MARK, packetHas } from '../enforcement/marks.ts';
import { addBaseChain, addChain, addRule, TABLE } from '../enforcement/table.ts';
import {
  accept,
  drop,
  equals,
  field,
  goto,
  type Json,
  meta,
  type NftCommand,
  PROTOCOL,
  type Statement,
} from '../nft-json.ts';
import { ADMITTED, acceptAdmitted, addAdmitted, forgetAdmitted } from './admitted.ts';
import { ADMIT, admitRules, type Chain, directionChains, log } from './chains.ts';
import { type AddressRange, DIRECTION_HOOKS, type Firewall, type FirewallEnd } from './firewall.ts';
import { addCounts, COUNT_SETS, countChains, forgetTried } from './flow-counts.ts';
import { setName } from './matches.ts';

/** Before the chain that leads to the inspector: what is denied need not be inspected. */
export const FIREWALL_PRIORITY = -152;

export const firewallChain = (hook: 'input' | 'output'): string => `firewall-${hook}`;

/** Enough of a DNS answer over UDP. */
const DNS_BYTES = 4_096;
const DNS_PORT = 53;

const at = { family: TABLE.family, table: TABLE.name };
/** Every flow is judged anew. */
const forgetFlows: readonly NftCommand[] = [...forgetAdmitted, ...forgetTried];
const direction = { ct: { key: 'direction' } };

interface NamedSet {
  readonly name: string;
  /** What nft is told of it besides. */
  readonly kind: Readonly<Record<string, Json>>;
  readonly elements: readonly Json[];
}

/**
 * The commands that fill table `inet bulkhead` with a firewall. Chains of ours that are there must be empty.
 *
 * `isRefilled`: a firewall is there already. Then the sets of admitted and counted flows are, and nft could not add them once
 * more: it tells the kernel that rules add to a set only where it makes set and rules at once.
 */
export function buildFirewall(firewall: Firewall, isRefilled: boolean): readonly NftCommand[] {
  const chains = chainsOf(firewall);
  return [
    ...(isRefilled ? [] : [...addAdmitted, ...addCounts]),
    ...addSets(firewall),
    ...chains.map(({ name, hook }) =>
      hook === undefined ? addChain(name) : addBaseChain(name, hook, FIREWALL_PRIORITY),
    ),
    ...chains.flatMap(({ name, rules }) => rules.map((statements) => addRule(name, ...statements))),
  ];
}

/**
 * The commands that turn one firewall of a namespace into another: packets meet the one or the other, never part of both.
 * Where only addresses differ the rules stay as they are. In either case every flow is judged anew.
 */
export function buildFirewallChange(before: Firewall, after: Firewall): readonly NftCommand[] {
  if (rulesText(before) === rulesText(after)) {
    const known = new Map(setsOf(before).map((set) => [set.name, JSON.stringify(set.elements)]));
    const changed = setsOf(after).filter(({ name, elements }) => known.get(name) !== JSON.stringify(elements));
    return changed.length === 0 ? [] : [...changed.flatMap(refill), ...forgetFlows];
  }
  const chains = chainsOf(after);
  const isKept = new Set(chains.map(({ name }) => name));
  const old = chainsOf(before);
  const keptSets = new Set(setsOf(after).map(({ name }) => name));
  const oldSets = setsOf(before).filter(({ name }) => !keptSets.has(name));
  return [
    ...old.map(({ name }): NftCommand => ({ flush: { chain: { ...at, name } } })),
    // A base chain is never taken off its hook: that would drop what waits in the inspector's queue.
    ...old
      .filter(({ name, hook }) => hook === undefined && !isKept.has(name))
      .map(({ name }): NftCommand => ({ delete: { chain: { ...at, name } } })),
    ...oldSets.map(({ name }): NftCommand => ({ delete: { set: { ...at, name } } })),
    ...buildFirewall(after, true),
  ];
}

/** Names of everything but rules that a firewall has in the table. */
export function firewallNames(firewall: Firewall): {
  readonly chains: readonly string[];
  readonly sets: readonly string[];
} {
  return {
    chains: chainsOf(firewall).map(({ name }) => name),
    sets: [...ADMITTED.map(({ set }) => set), ...COUNT_SETS, ...setsOf(firewall).map(({ name }) => name)],
  };
}

function addSets(firewall: Firewall): readonly NftCommand[] {
  return [
    ...forgetFlows,
    ...setsOf(firewall).flatMap((set) => [{ add: { set: { ...at, name: set.name, ...set.kind } } }, ...refill(set)]),
  ];
}

function refill({ name, elements }: NamedSet): readonly NftCommand[] {
  return [
    { flush: { set: { ...at, name } } },
    ...(elements.length === 0 ? [] : [{ add: { element: { ...at, name, elem: elements } } }]),
  ];
}

function setsOf({ lists, ends = [] }: Firewall): readonly NamedSet[] {
  return [
    ...lists.flatMap(({ name, ipv4, ipv6 }) => [
      { name: setName(name, 4), kind: addresses('ipv4_addr'), elements: ipv4.map(rangeElement) },
      { name: setName(name, 6), kind: addresses('ipv6_addr'), elements: ipv6.map(rangeElement) },
    ]),
    ...ends.flatMap(({ name, ipv4, ipv6 }) => [
      { name: setName(name, 4), kind: endsAt('ipv4_addr'), elements: ipv4.map(endElement) },
      { name: setName(name, 6), kind: endsAt('ipv6_addr'), elements: ipv6.map(endElement) },
    ]),
  ];
}

function addresses(type: string): NamedSet['kind'] {
  return { type, flags: ['interval'] };
}

function endsAt(type: string): NamedSet['kind'] {
  return { type: [type, 'inet_proto', 'inet_service'] };
}

function rangeElement([first, last]: AddressRange): Json {
  return first === last ? first : { range: [first, last] };
}

function endElement([address, protocol, port]: FirewallEnd): Json {
  return { concat: [address, PROTOCOL[protocol], port] };
}

/** All of a firewall but what is in its sets. */
function rulesText(firewall: Firewall): string {
  const names = (lists: readonly { readonly name: string }[] = []): readonly string[] => lists.map(({ name }) => name);
  return JSON.stringify({ ...firewall, lists: names(firewall.lists), ends: names(firewall.ends) });
}

interface HookedChain extends Chain {
  readonly hook?: 'input' | 'output';
}

function chainsOf(firewall: Firewall): readonly HookedChain[] {
  const sides = (['ingress', 'egress'] as const).map((side) => {
    const hook = DIRECTION_HOOKS[side];
    const rules = firewall[side] === undefined ? undefined : directionChains(firewall[side], hook);
    const dns = side === 'ingress' && firewall.tellsDns;
    const base = { name: firewallChain(hook), hook, rules: baseRules(firewall, side, rules?.calls, dns) };
    return [...countChains(side, hook), ...(rules?.chains ?? []), base];
  });
  return [{ name: ADMIT, rules: admitRules }, ...sides.flat()];
}

function baseRules(
  firewall: Firewall,
  side: 'ingress' | 'egress',
  calls: readonly (readonly Statement[])[] | undefined,
  tellsDns: boolean,
): readonly (readonly Statement[])[] {
  const isAnswer = equals(direction, 'reply');
  const isInvalid = equals({ ct: { key: 'state' } }, 'invalid');
  const dns = [equals(field('udp', 'sport'), DNS_PORT), isAnswer, log('dns', 'answer', DNS_BYTES)];
  if (calls === undefined) return tellsDns ? [dns] : [];
  return [
    // A process may mark its own packets (SO_MARK): only our own rules allow anything.
    [packetHas(MARK.allowed), clearPacketBit(MARK.allowed)],
    [equals(meta(side === 'ingress' ? 'iif' : 'oif'), 'lo'), accept],
    ...neighbourRules,
    ...(tellsDns ? [dns] : []),
    // An answer belongs to the flow that it answers, which was judged where it was opened.
    [isAnswer, accept],
    ...acceptAdmitted,
    ...(firewall[side]?.denyId === undefined ? [] : [[isInvalid, { counter: null }, drop]]),
    ...calls,
    [goto(ADMIT)],
  ];
}
