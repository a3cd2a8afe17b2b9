import { formatCount } from '@bulkhead/core';
import { contains, readPrefix } from '../network/address.ts';
import { type FlowDirection, NODE_PEER } from '../network/rule-set.ts';
import { peerText, portsText } from '../network/words.ts';
import type { LearntEnd, LearntFlow } from './flow.ts';
import { workloadKey } from './narrowest.ts';
import { noteOf } from './note-of.ts';
import type { PeerNames } from './peer-names.ts';
import { Seen } from './seen.ts';
import { Span } from './span.ts';
import { applicationOf } from './spoken.ts';

const MAX_PORT = 65_535;
/** Given out as workloads come and go (RFC 1918, RFC 6598, RFC 4193). */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].flatMap(
  (text) => readPrefix(text) ?? [],
);
const FLOWS = ['flow', 'flows'] as const;
const PRIVATE_ADDRESSES = ['private address', 'private addresses'] as const;

/** What was seen of the workloads of a group, and what cannot be learnt of it. */
export class GroupRecord {
  readonly #seen = { ingress: new Seen(), egress: new Seen() };
  readonly #workloads = new Set<string>();
  readonly #denied = new Set<string>();
  readonly #alerted = new Set<string>();
  readonly #unnamed = new Set<string>();
  readonly #inside = new Set<string>();
  readonly #fromItself = new Set<string>();
  readonly #fromOthers = new Set<string>();
  readonly #span = new Span();
  readonly #applications: boolean;

  /** Without `applications` it takes no note of what is spoken. */
  constructor(applications: boolean) {
    this.#applications = applications;
  }

  /** Takes a flow in which one of the workloads is at the end that `direction` says. */
  add(flow: LearntFlow, direction: FlowDirection, names: PeerNames): void {
    const [own, other] = direction === 'ingress' ? [flow.server, flow.client] : [flow.client, flow.server];
    const isOwnWord = flow.seenBy.includes(direction === 'ingress' ? 'server' : 'client');
    if (isOwnWord) {
      if (own.kind === 'workload') this.#workloads.add(workloadKey(own));
      this.#span.add(flow);
    }
    const peer = names.peerOf(other, direction);
    const port = portOf(flow);
    const text = inWords(direction, peer === undefined ? nameOf(other) : peerText(peer), flow);
    if (flow.verdict === 'block') return void this.#denied.add(text);
    if (peer === undefined || port === 'none') return void this.#unnamed.add(text);
    if (flow.verdict !== 'allow') this.#alerted.add(text);
    if (peer.kind === 'prefix' && isPrivate(peer.prefix)) this.#inside.add(peer.prefix);
    (isOwnWord ? this.#fromItself : this.#fromOthers).add(text);
    const { protocol, sessions, lastSeen } = flow;
    const application = this.#applications ? applicationOf(flow.application) : undefined;
    this.#seen[direction].add({
      peer,
      protocol,
      ...port,
      application,
      toldBy: isOwnWord ? 'own' : 'others',
      sessions,
      lastSeen,
    });
  }

  /** Whether an agent watched one of its workloads: only then it means something that a flow was not seen. */
  get isWatched(): boolean {
    return this.#workloads.size > 0;
  }

  seenIn(direction: FlowDirection): Seen {
    const seen = this.#seen[direction];
    seen.inferDnsOverTcp();
    return seen;
  }

  /** From when to when, in words. */
  get span(): string {
    return this.#span.text;
  }

  summary(): string {
    const services = Object.values(this.#seen).flatMap((seen) => seen.services);
    const sessions = formatCount(
      services.reduce((sum, service) => sum + service.sessions, 0),
      'session',
    );
    return `Learnt from ${sessions} of ${formatCount(this.#workloads.size, 'workload')}, seen ${this.span}.`;
  }

  warnings(): readonly string[] {
    const what = 'what happens daily or at certain times only may be missing, and would be cut';
    return [
      ...(this.#span.isShort ? [`flows were seen over ${this.#span.length} alone: ${what}`] : []),
      ...noteOf(this.#unnamed, FLOWS, [
        'cannot be named by a rule, and would be cut',
        'cannot be named by rules, and would be cut',
      ]),
    ];
  }

  notes(): readonly string[] {
    return [
      ...noteOf(this.#denied, FLOWS, ['was denied and is not learnt', 'were denied and are not learnt']),
      ...noteOf(this.#alerted, FLOWS, [
        'was let pass against rules that are tried, and is learnt: see whether it should be',
        'were let pass against rules that are tried, and are learnt: see whether they should be',
      ]),
      ...noteOf(this.#fromOthers.difference(this.#fromItself), FLOWS, [
        'is known from the other end alone, whose agent told of it, and is learnt',
        'are known from the other end alone, whose agents told of them, and are learnt',
      ]),
      ...noteOf(this.#inside, PRIVATE_ADDRESSES, [
        'stands for whoever has it: should it change, the new one is cut',
        'stand for whoever has them: should they change, the new ones are cut',
      ]),
    ];
  }
}

/** The port that a rule has to name, or that none can. */
function portOf({ protocol, port }: LearntFlow): { readonly port?: number } | 'none' {
  if (protocol === 'icmp') return {};
  return port !== undefined && Number.isInteger(port) && 1 <= port && port <= MAX_PORT ? { port } : 'none';
}

function nameOf(end: LearntEnd): string {
  if (end.kind === 'workload') return end.namespace === undefined ? end.name : `${end.namespace}/${end.name}`;
  return end.kind === 'node' ? NODE_PEER : end.address;
}

function inWords(direction: FlowDirection, who: string, { protocol, port }: LearntFlow): string {
  const where = portsText({ protocol, ...(port !== undefined && { ports: { first: port, last: port } }) });
  return `${direction === 'ingress' ? 'from' : 'to'} ${who} on ${where}`;
}

function isPrivate(prefix: string): boolean {
  const read = readPrefix(prefix);
  return read !== undefined && PRIVATE.some((outer) => contains(outer, read));
}
