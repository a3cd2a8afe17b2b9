import { compareText } from '@bulkhead/core';
import type { FlowDirection, NetworkPeer, PortRange } from '../network/rule-set.ts';
import { peerText, portsText } from '../network/words.ts';
import { distinctNames, slugOf } from './document-name.ts';
import { joinAddresses, joiningAddresses } from './join-addresses.ts';
import { joinPorts } from './join-ports.ts';
import { portKey, type Seen, type SeenService } from './seen.ts';
import { mapped, type Steps } from './steps.ts';

/** What a document of rules takes in one rule. */
const MAX_PEERS = 256;
const MAX_PORTS = 64;
/** Beyond so many rules about addresses nobody tells what they are for. */
const MAX_ADDRESS_RULES = 64;
const ANYWHERE = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/** A rule as documents have it. */
export interface LearntRule {
  readonly name: string;
  readonly action: 'allow';
  readonly peers: readonly string[];
  readonly ports: readonly (number | string)[];
  readonly applications?: readonly string[];
}

/** A rule with what speaks for it. */
export interface Evidence {
  readonly rule: LearntRule;
  readonly sessions: number;
  /** ISO 8601; empty where nothing was seen. */
  readonly lastSeen: string;
}

export interface WrittenRules {
  readonly rules: readonly Evidence[];
  /** Where the rules allow more than was seen, and why. */
  readonly notes: readonly string[];
}

/** The kinds of peers that stand together in a rule, in the order in which rules are read. */
const KINDS = ['node', 'group', 'domain', 'address', 'anywhere'] as const;
type Kind = (typeof KINDS)[number];

interface Draft {
  readonly kind: Kind;
  readonly peers: readonly string[];
  readonly ports: readonly PortRange[];
  readonly applications: readonly string[];
  readonly sessions: number;
  readonly lastSeen: string;
}

/**
 * The fewest rules that allow what was seen in one direction. Peers with the same ports share a rule. What cannot be said
 * exactly in a bounded number of rules is allowed to more, and noted.
 */
export function* writeRules(seen: Seen, direction: FlowDirection, maxAddresses: number): Steps<WrittenRules> {
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(`${direction}: ${text}`);
  const { services } = seen;
  yield;
  const named = services.filter(({ peer }) => peer.kind !== 'prefix');
  const addresses = yield* opened(services, maxAddresses, note);
  const drafts = [...(yield* draftsOf(named, seen, note)), ...fewEnough(yield* draftsOf(addresses, seen, note), note)];
  yield;
  const rules = drafts
    .toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || compareText(meaningOf(a), meaningOf(b)))
    .flatMap(bounded);
  const names = distinctNames(rules, (draft) => ({ name: nameOf(draft), meaning: meaningOf(draft) }));
  return {
    notes,
    rules: rules.map((draft) => ({
      sessions: draft.sessions,
      lastSeen: draft.lastSeen,
      rule: {
        name: names.get(draft) ?? '',
        action: 'allow',
        peers: draft.peers,
        ports: draft.ports.map(written),
        ...(draft.applications.length > 0 && { applications: draft.applications }),
      },
    })),
  };
}

/** What was seen of addresses, where those of a port that has too many of them are everybody. */
function* opened(
  services: readonly SeenService[],
  maxAddresses: number,
  note: (text: string) => void,
): Steps<readonly SeenService[]> {
  const ofAddresses = services.filter(({ peer }) => peer.kind === 'prefix');
  const found: (readonly SeenService[])[] = [];
  for (const own of Map.groupBy(ofAddresses, portKey).values()) {
    yield;
    const texts = own.map(({ peer }) => peerText(peer));
    const isTooMany = (yield* joiningAddresses(texts)).length > maxAddresses;
    if (isTooMany) note(`${new Set(texts).size} addresses on ${portOf(own)}: any address is allowed`);
    const families = new Set(texts.filter((text) => isTooMany || text.endsWith('/0')).map(familyOf));
    if (!isTooMany && families.size > 0) note(`too many addresses to tell on ${portOf(own)}: any address is allowed`);
    const open = (service: SeenService): SeenService => {
      const family = familyOf(peerText(service.peer));
      if (!families.has(family)) return service;
      return { ...service, peer: { kind: 'prefix', prefix: ANYWHERE[family] } };
    };
    found.push(families.size === 0 ? own : yield* mapped(own, open));
  }
  return found.flat();
}

function* draftsOf(
  services: readonly SeenService[],
  seen: Seen,
  note: (text: string) => void,
): Steps<readonly Draft[]> {
  const keyed = yield* mapped(services, (service) => ({
    service,
    key: JSON.stringify([kindOf(service.peer), peerText(service.peer), seen.applicationsOf(service)]),
  }));
  const byPeer = [...Map.groupBy(keyed, ({ key }) => key).values()];
  yield;
  const units = yield* mapped(byPeer, (same) => {
    const own = same.map(({ service }) => service);
    const [first] = own as [SeenService];
    const [kind, peer, applications] = [kindOf(first.peer), peerText(first.peer), seen.applicationsOf(first)];
    const { ranges, widened } = joinPorts(own);
    if (widened) note(`${own.length} ports with ${peer}: ${ranges.map(portsText).join(', ')} are allowed`);
    const key = JSON.stringify([kind, applications, ranges.map(portsText)]);
    return { kind, peer, applications, ranges, own, key };
  });
  const alike = [...Map.groupBy(units, ({ key }) => key).values()];
  yield;
  return yield* mapped(alike, (same) => {
    const [{ kind, applications, ranges }] = same as [(typeof same)[number]];
    const peers = same.map(({ peer }) => peer);
    return {
      kind,
      peers: kind === 'address' ? joinAddresses(peers) : peers.toSorted(compareText),
      ports: ranges,
      applications,
      ...summed(same.flatMap(({ own }) => own)),
    };
  });
}

/** Rules about addresses, or one that allows all of their ports for any of them. */
function fewEnough(drafts: readonly Draft[], note: (text: string) => void): readonly Draft[] {
  if (drafts.length <= MAX_ADDRESS_RULES) return drafts;
  const ports = drafts.flatMap((draft) => draft.ports);
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))].toSorted(compareText);
  const families = [...new Set(drafts.flatMap(({ peers }) => peers.map(familyOf)))].toSorted((a, b) => a - b);
  note(`addresses would need ${drafts.length} rules: any address is allowed on all of ${protocols.join(', ')}`);
  return [
    {
      kind: 'anywhere',
      peers: families.map((family) => ANYWHERE[family]),
      ports: protocols.map((protocol) => ({ protocol })),
      applications: [],
      ...summed(drafts),
    },
  ];
}

/** A rule in as many as documents need for it. */
function bounded(draft: Draft): readonly Draft[] {
  return chunks(draft.peers, MAX_PEERS).flatMap((peers) =>
    chunks(draft.ports, MAX_PORTS).map((ports) => ({ ...draft, peers, ports })),
  );
}

function chunks<Value>(values: readonly Value[], size: number): readonly (readonly Value[])[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}

function summed(
  all: readonly { readonly sessions: number; readonly lastSeen: string }[],
): Pick<Draft, 'sessions' | 'lastSeen'> {
  let [sessions, lastSeen] = [0, ''];
  for (const one of all) {
    sessions += one.sessions;
    if (one.lastSeen > lastSeen) lastSeen = one.lastSeen;
  }
  return { sessions, lastSeen };
}

function kindOf(peer: NetworkPeer): Kind {
  if (peer.kind !== 'prefix') return peer.kind;
  return peer.prefix.endsWith('/0') ? 'anywhere' : 'address';
}

/** Of an address or a prefix. */
function familyOf(text: string): 4 | 6 {
  return text.includes(':') ? 6 : 4;
}

function portOf([service]: readonly SeenService[]): string {
  if (service === undefined) return '';
  const { protocol, port } = service;
  return portsText({ protocol, ...(port !== undefined && { ports: { first: port, last: port } }) });
}

function written(range: PortRange): number | string {
  const { protocol, ports } = range;
  if (ports === undefined) return protocol;
  if (protocol === 'tcp') return ports.first === ports.last ? ports.first : `${ports.first}-${ports.last}`;
  return portsText(range);
}

function meaningOf({ kind, peers, ports, applications }: Draft): string {
  return JSON.stringify([kind, peers, ports.map(portsText), applications]);
}

const MAX_NAMED_PORTS = 3;
const SEVERAL = {
  node: 'node',
  group: 'groups',
  domain: 'domains',
  address: 'addresses',
  anywhere: 'anywhere',
} as const;

/** `shop-web-8080`, `anywhere-443`, `kube-dns-dns`, `addresses-7-ports`. */
function nameOf({ kind, peers, ports }: Draft): string {
  const who = kind === 'anywhere' || peers.length > 1 ? SEVERAL[kind] : slugOf(peers[0] ?? '');
  const texts = ports.map((range) => slugOf(String(written(range))));
  const isDns = texts.length === 2 && texts.includes('53') && texts.includes('53-udp');
  const what = isDns ? 'dns' : texts.length > MAX_NAMED_PORTS ? `${texts.length}-ports` : texts.join('-');
  return `${who}-${what}`;
}
