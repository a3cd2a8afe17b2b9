import { TABLE } from '../enforcement/table.ts';
import {
  COUNTED_SECONDS,
  countSet,
  FAMILIES,
  FLOW_SETS,
  type FlowSet,
  type FlowSide,
  MAX_COUNTED,
  NOT_COUNTED,
} from '../flows/flow-sets.ts';
import {
  anyOf,
  type Expression,
  field,
  meta,
  type NftCommand,
  PROTOCOL,
  returnToCaller,
  type Statement,
} from '../nft-json.ts';
import type { Chain } from './chains.ts';

/** What the firewall counts: what comes behind it does not see what it denies, nor why it lets something pass. */
export type JudgedKind = 'tried' | 'denied';

const at = { family: TABLE.family, table: TABLE.name };

const OWN_SETS = FLOW_SETS.filter(({ table }) => table === TABLE.name);
export const COUNT_SETS: readonly string[] = [...OWN_SETS.map(({ set }) => set), NOT_COUNTED];

/** The chain that counts a packet by its peer and port, and returns. */
export const countChain = (kind: JudgedKind, hook: 'input' | 'output'): string => `${kind}-${hook}`;

export const addCounts: readonly NftCommand[] = [
  { add: { set: { ...at, name: NOT_COUNTED, type: 'inet_proto', size: 256 } } },
  ...OWN_SETS.map(addSet),
];

const setsOf = (kind: JudgedKind): readonly string[] =>
  OWN_SETS.filter((one) => one.kind === kind).map(({ set }) => set);
const forget = (name: string): NftCommand => ({ flush: { set: { ...at, name } } });

/** What is tried follows from the rules: it is found anew with them. */
export const forgetTried: readonly NftCommand[] = setsOf('tried').map(forget);

/** What was denied, and what found no room. */
export const forgetDenied: readonly NftCommand[] = [...setsOf('denied'), NOT_COUNTED].map(forget);

export function countChains(side: FlowSide, hook: 'input' | 'output'): readonly Chain[] {
  return (['tried', 'denied'] as const).map((kind) => ({
    name: countChain(kind, hook),
    rules: [
      ...FAMILIES.flatMap(({ family, protocol }) => {
        const peer = field(protocol, hook === 'input' ? 'saddr' : 'daddr');
        const count = (protocols: readonly number[], port: 'dport' | 'sport'): readonly Statement[] => {
          const key = { concat: [peer, meta('l4proto'), field('th', port)] };
          return [anyOf(meta('l4proto'), protocols), countIn(countSet(kind, side, family), key), returnToCaller];
        };
        // What ICMP has in the place of a port is its type and code.
        return [count([PROTOCOL.tcp, PROTOCOL.udp], 'dport'), count([PROTOCOL.icmp, PROTOCOL.icmpv6], 'sport')];
      }),
      ...(kind === 'denied' ? [[countIn(NOT_COUNTED, meta('l4proto'))]] : []),
    ],
  }));
}

function addSet({ set, family }: FlowSet): NftCommand {
  const { type } = FAMILIES.find((one) => one.family === family) ?? FAMILIES[0];
  const key = [type, 'inet_proto', 'inet_service'];
  return {
    add: { set: { ...at, name: set, type: key, flags: ['timeout'], timeout: COUNTED_SECONDS, size: MAX_COUNTED } },
  };
}

function countIn(set: string, elem: Expression): Statement {
  return { set: { op: 'update', elem, set: `@${set}`, stmt: [{ counter: null }] } };
}
