import { RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import { readPrefix } from '../network/address.ts';
import { FLOW_DIRECTIONS, FLOW_PROTOCOLS } from '../network/rule-set.ts';
import { AddressClaims } from './address-claims.ts';
import type { LearntEnd, LearntFlow } from './flow.ts';
import { ToldTime } from './told-time.ts';

/** What a machine can keep in mind, and more than a cluster's workloads say to each other. */
const MAX_FLOWS = 500_000;
const MAX_PORT = 65_535;
const MAX_NAME = 253;
const MAX_GROUPS = 1_024;
const MAX_ADDRESSES = 4_096;

const Name = z.string().min(1).max(MAX_NAME);
const Address = z.string().refine((text) => readPrefix(text) !== undefined);

const ToldFlow = z
  .object({
    direction: z.enum(FLOW_DIRECTIONS),
    protocol: z.enum(FLOW_PROTOCOLS),
    peer: Address,
    port: z.int().min(1).max(MAX_PORT).optional(),
    application: Name.optional(),
    domain: Name.optional(),
    verdict: z.enum(RULE_VERDICTS),
    sessions: z.int().nonnegative(),
    node: z.literal(true).optional(),
  })
  .refine(({ protocol, port }) => (protocol === 'icmp') === (port === undefined));
type ToldFlow = z.output<typeof ToldFlow>;

const FlowsEvent = z.object({
  event: z.literal('flows'),
  time: ToldTime,
  since: ToldTime.optional(),
  workloads: z.array(z.object({ name: Name, namespace: Name.optional(), pod: Name.optional() })).min(1),
  groups: z.array(Name).max(MAX_GROUPS),
  addresses: z.array(z.string()).max(MAX_ADDRESSES).default([]),
  flows: z.array(z.unknown()),
  notCounted: z.int().nonnegative().default(0),
});

interface Kept {
  readonly source: string;
  readonly local: LearntEnd;
  readonly told: ToldFlow;
  sessions: number;
  first: string;
  last: string;
}

/** What became of a line. */
export type TakenLine = 'flows' | 'other' | 'full';

/**
 * Collects the flows of agents' `flows` events, and knows peers by the addresses that the events themselves tell. What an event
 * says that is not as it should be is passed over and counted.
 */
export class ToldFlows {
  readonly #kept = new Map<string, Kept>();
  readonly #claims = new AddressClaims();
  #malformed = 0;
  #notCounted = 0;

  /**
   * Takes a line of an agent's output. `source` is where it is from: an address means the same workload within one rather than
   * over several. `full`: it holds more than can be kept.
   */
  take(line: unknown, source: string): TakenLine {
    if ((Object(line) as { readonly event?: unknown }).event !== 'flows') return 'other';
    const { data: event } = FlowsEvent.safeParse(line);
    if (event === undefined) {
      this.#malformed += 1;
      return 'flows';
    }
    const last = new Date(event.time).toISOString();
    const since = new Date(event.since ?? event.time).toISOString();
    const seen = { first: since < last ? since : last, last };
    const local = localEnd(event);
    for (const address of event.addresses) if (!this.#claims.add(source, address, local, seen)) return 'full';
    this.#notCounted += event.notCounted;
    for (const flow of event.flows) {
      const { data: told } = ToldFlow.safeParse(flow);
      if (told === undefined) this.#malformed += 1;
      else if (!this.#keep({ source, local, told }, seen)) return 'full';
    }
    return 'flows';
  }

  /** Flows, and parts of events, that could not be read. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Packets of flows of which agents say only that they were. */
  get notCounted(): number {
    return this.#notCounted;
  }

  /** All that was told, each end as far as it is known by now. */
  flows(): readonly LearntFlow[] {
    return [...this.#kept.values()].map(({ source, local, told, sessions, first, last }) => {
      const { direction, protocol, port, application, verdict } = told;
      const peer = this.#peerOf(source, told, { first, last });
      return {
        ...(direction === 'ingress'
          ? ({ client: peer, server: local, seenBy: ['server'] } as const)
          : ({ client: local, server: peer, seenBy: ['client'] } as const)),
        protocol,
        ...(port !== undefined && { port }),
        ...(application !== undefined && { application }),
        verdict,
        sessions,
        firstSeen: first,
        lastSeen: last,
      };
    });
  }

  #keep({ source, local, told }: Pick<Kept, 'source' | 'local' | 'told'>, seen: Seen): boolean {
    const { sessions, ...same } = told;
    const key = JSON.stringify([source, local, same]);
    const known = this.#kept.get(key);
    if (known === undefined) {
      if (this.#kept.size >= MAX_FLOWS) return false;
      this.#kept.set(key, { source, local, told, sessions, ...seen });
      return true;
    }
    known.sessions += sessions;
    if (seen.first < known.first) known.first = seen.first;
    if (seen.last > known.last) known.last = seen.last;
    return true;
  }

  #peerOf(source: string, { peer, node, domain }: ToldFlow, seen: Seen): LearntEnd {
    if (node === true) return { kind: 'node' };
    const known = this.#claims.ownerOf(source, peer, seen);
    return known ?? { kind: 'address', address: peer, ...(domain !== undefined && { domain }) };
  }
}

/** From when to when, ISO 8601 in UTC. */
interface Seen {
  readonly first: string;
  readonly last: string;
}

function localEnd({ workloads, groups }: z.output<typeof FlowsEvent>): LearntEnd {
  const [first] = workloads;
  const namespace = first?.namespace;
  const name = first?.pod ?? first?.name ?? '';
  return { kind: 'workload', ...(namespace !== undefined && { namespace }), name, groups: groups.toSorted() };
}
