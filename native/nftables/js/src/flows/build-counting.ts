import { MARK } from '../enforcement/marks.ts';
import { DIRECTION_HOOKS, LOG_GROUP, logPrefix } from '../firewall/firewall.ts';
import { PROTOCOL } from '../nft-json.ts';
import {
  COUNTED_SECONDS,
  countSet,
  FAMILIES,
  FLOW_SETS,
  FLOW_SIDES,
  FLOW_TABLE,
  type FlowSide,
  MAX_COUNTED,
  NOT_COUNTED,
} from './flow-sets.ts';

/** Behind the chains of the firewall and the inspector: what comes so far was let pass. */
const PRIORITY = -148;

/** From here on ports are what clients get, not what servers listen at (Linux: `ip_local_port_range`). */
const FIRST_CLIENT_PORT = 32_768;

const TABLE = `${FLOW_TABLE.family} ${FLOW_TABLE.name}`;
const PORTED = `{ ${PROTOCOL.tcp}, ${PROTOCOL.udp} }`;
const ICMP = [PROTOCOL.icmp, PROTOCOL.icmpv6];
const OPENS = 'tcp flags & (fin | syn | rst | ack)';
/** Names by which peers are looked up: no more answers than a busy workload has, whatever comes. */
const TELL_DNS = `udp sport 53 limit rate 50/second burst 100 packets log prefix "${logPrefix('dns', 'flows')}" group ${LOG_GROUP} snaplen 4096 queue-threshold 1`;
const isCounted = `ct mark & ${MARK.counted}`;

type Family = (typeof FAMILIES)[number];
type Hook = 'input' | 'output';
/** As the one who opened the connection sends, or as the other one answers. */
type Way = 'original' | 'reply';

/** A chain by its name, and its rules. */
type Chain = readonly [name: string, rules: readonly string[]];

/**
 * The commands, in nft's own language, that make a namespace count its flows, whatever it counted before. What sets hold stays.
 *
 * In nft's own language since only there a set can be said to be one that rules add to, which it must be as it was when it is
 * there already. No rule here drops, delays or changes a packet.
 */
export function buildCounting(): readonly string[] {
  const chains = Object.values(DIRECTION_HOOKS).flatMap(chainsOf);
  return [
    `add table ${TABLE}`,
    `flush table ${TABLE}`,
    `add set ${TABLE} ${NOT_COUNTED} { type inet_proto; flags dynamic; size 256; }`,
    ...FLOW_SETS.filter(({ table }) => table === FLOW_TABLE.name).map(({ set, family }) => addSet(set, family)),
    ...chains.map(([name]) => `add chain ${TABLE} ${name}`),
    ...Object.values(DIRECTION_HOOKS).map(
      (hook) => `add chain ${TABLE} count-${hook} { type filter hook ${hook} priority ${PRIORITY}; policy accept; }`,
    ),
    ...[...chains, ...Object.values(DIRECTION_HOOKS).map(baseChain)].flatMap(([chain, rules]) =>
      rules.map((rule) => `add rule ${TABLE} ${chain} ${rule}`),
    ),
  ];
}

/** The commands that forget all that was counted. */
export function buildEmptying(): readonly string[] {
  const sets = FLOW_SETS.filter(({ table }) => table === FLOW_TABLE.name).map(({ set }) => set);
  return [...sets, NOT_COUNTED].map((set) => `flush set ${TABLE} ${set}`);
}

function addSet(set: string, family: 4 | 6): string {
  const { type } = FAMILIES.find((one) => one.family === family) ?? FAMILIES[0];
  const key = `${type} . inet_proto . inet_service`;
  return `add set ${TABLE} ${set} { type ${key}; flags dynamic,timeout; timeout ${COUNTED_SECONDS}s; size ${MAX_COUNTED}; }`;
}

function baseChain(hook: Hook): Chain {
  // What is on its way already comes first. Of loopback no connection is ever counted.
  const rules = [
    `${isCounted} != 0 goto sort-${hook}`,
    `${hook === 'input' ? 'iif' : 'oif'} lo accept`,
    `goto begin-${hook}`,
  ];
  return [`count-${hook}`, rules];
}

/** The chains of a hook. None is called by one behind it, so that each is there when it is named. */
function chainsOf(hook: Hook): readonly Chain[] {
  const ways = ['original', 'reply'] as const;
  const leaves = ways.flatMap((way) => FAMILIES.flatMap((family) => leavesOf(hook, way, family)));
  return [...leaves, sortChain(hook), openChain(hook), beginChain(hook)];
}

/** Whether workloads get what they asked for there. */
const getsAnswers = (hook: Hook, way: Way): boolean => hook === 'input' && way === 'reply';

function sideOf(hook: Hook, way: Way): FlowSide {
  const isOpener = (hook === 'output') === (way === 'original');
  return FLOW_SIDES[isOpener ? 1 : 0] as FlowSide;
}

const leaf = (hook: Hook, way: Way, { family }: Family): string => `${sideOf(hook, way)}-${hook}-${family}`;

const peer = (hook: Hook, { protocol }: Family): string => `${protocol} ${hook === 'input' ? 'saddr' : 'daddr'}`;

/** What ICMP has in the place of a port is its type and code: a key of the same form, whose port means nothing. */
const key = (hook: Hook, family: Family, port: 'dport' | 'sport'): string =>
  `${peer(hook, family)} . meta l4proto . th ${port}`;

function leavesOf(hook: Hook, way: Way, family: Family): readonly Chain[] {
  const name = leaf(hook, way, family);
  const set = countSet('carried', sideOf(hook, way), family.family);
  const count = (port: 'dport' | 'sport'): readonly string[] => [
    `update @${set} { ${key(hook, family, port)} counter } accept`,
    `update @${NOT_COUNTED} { meta l4proto counter } accept`,
  ];
  return [
    [name, count(way === 'original' ? 'dport' : 'sport')],
    // An error that a router tells of a connection is not a flow of its own.
    [`icmp-${name}`, ['ct state related accept', ...count('sport')]],
    ...(getsAnswers(hook, way) ? [[`answer-${name}`, [TELL_DNS, `goto ${name}`]] as const] : []),
  ];
}

function sortChain(hook: Hook): Chain {
  const places = (['original', 'reply'] as const).flatMap((way) =>
    FAMILIES.flatMap((family) => {
      const version = `${way} . ipv${family.family}`;
      const [icmp] = family.family === 4 ? ICMP : ICMP.slice(1);
      const to = leaf(hook, way, family);
      return [
        `${version} . ${PROTOCOL.tcp} : goto ${to}`,
        `${version} . ${PROTOCOL.udp} : goto ${getsAnswers(hook, way) ? 'answer-' : ''}${to}`,
        `${version} . ${icmp} : goto icmp-${to}`,
      ];
    }),
  );
  return [`sort-${hook}`, [`ct direction . meta nfproto . meta l4proto vmap { ${places.join(', ')} }`]];
}

/** Counts a session, and remembers by its connection that it did. */
function openChain(hook: Hook): Chain {
  const side = sideOf(hook, 'original');
  const count = (family: Family, protocols: string, port: 'dport' | 'sport'): string => {
    const update = `update @${countSet('opened', side, family.family)} { ${key(hook, family, port)} counter }`;
    return `meta l4proto ${protocols} ${update} ct mark set ct mark | ${MARK.counted} goto sort-${hook}`;
  };
  const rules = FAMILIES.flatMap((family) => [
    count(family, PORTED, 'dport'),
    count(family, `{ ${ICMP.join(', ')} }`, 'sport'),
  ]);
  return [`open-${hook}`, [...rules, `goto sort-${hook}`]];
}

/**
 * Packets of connections that no session was counted of. A TCP connection that is older than these rules has the direction in
 * which its first packet since then went: where only the port at its wrong end can be a server's it is taken the other way round.
 */
function beginChain(hook: Hook): Chain {
  const isServer = (port: string): string => `tcp ${port} < ${FIRST_CLIENT_PORT}`;
  const isClient = (port: string): string => `tcp ${port} >= ${FIRST_CLIENT_PORT}`;
  const turned = (way: Way): string => {
    const [client, server] = way === 'original' ? (['dport', 'sport'] as const) : (['sport', 'dport'] as const);
    const other = way === 'original' ? 'reply' : 'original';
    const places = FAMILIES.map((family) => `ipv${family.family} : goto ${leaf(hook, other, family)}`);
    const isTurned = `${isClient(client)} ${isServer(server)}`;
    return `ct direction ${way} ${isTurned} meta nfproto vmap { ${places.join(', ')} }`;
  };
  return [
    `begin-${hook}`,
    [
      `ct direction original ${OPENS} == syn goto open-${hook}`,
      `ct direction original meta l4proto { ${[PROTOCOL.udp, ...ICMP].join(', ')} } ct state != related goto open-${hook}`,
      turned('original'),
      turned('reply'),
      `goto sort-${hook}`,
    ],
  ];
}
