import { RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import { seenAt, WatchedSubject } from '../event/watched-subject.ts';
import { FLOW_PROTOCOLS, type FlowEnd, type FlowObservation, type FlowProtocol } from './flow.ts';

/** Of one event: what is more comes in another. */
export const MAX_FLOWS_OF_EVENT = 256;
const MAX_PORT = 65_535;
const MAX_NAME = 253;
const MAX_APPLICATION = 64;

const Ipv6 = z.ipv6().transform(canonicalAddress);

const ToldFlow = z
  .object({
    direction: z.enum(['ingress', 'egress']),
    protocol: z.enum(FLOW_PROTOCOLS),
    peer: z.union([z.ipv4(), Ipv6, z.enum(['0.0.0.0/0', '::/0'])]),
    port: z.int().min(0).max(MAX_PORT).optional(),
    application: z.string().min(1).max(MAX_APPLICATION).optional(),
    domain: z.string().min(1).max(MAX_NAME).optional(),
    verdict: z.enum(RULE_VERDICTS),
    sessions: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    node: z.literal(true).optional(),
  })
  .refine(({ protocol, port }) => (protocol === 'icmp') === (port === undefined));
type ToldFlow = z.output<typeof ToldFlow>;

const FlowsEvent = WatchedSubject.extend({
  flows: z.array(z.unknown()),
  notCounted: z.int().nonnegative().default(0),
});

/** Knows who is at the ends of flows that an agent tells of. */
export interface FlowEnds {
  readonly node: FlowEnd;
  local(subject: WatchedSubject): FlowEnd;
  /** Who has an address; nothing where nobody is known to. */
  peer(address: string): FlowEnd | undefined;
  /** Who answers at an address that stands for others, and at which port; nothing where it does not, or for different ones. */
  behind(
    address: string,
    protocol: FlowProtocol,
    port: number,
  ): { readonly end: FlowEnd; readonly port: number } | undefined;
}

/** What an event says of flows. */
export interface FlowReport {
  /** When they were last seen. */
  readonly at: string;
  /** Whose flows they are, and the groups that select it; absent where the event does not say so. */
  readonly local?: { readonly end: FlowEnd; readonly groups: readonly string[] };
  readonly flows: readonly FlowObservation[];
  /** Packets of flows that the agent had no room to count. */
  readonly notCounted: number;
  /** What of it is not understood. */
  readonly malformed: number;
}

/** Reads what an agent says of flows; nothing where an event says nothing of them. Whatever it sent, what is well-formed is taken. */
export function observeFlows(document: unknown, receivedAt: string, ends: FlowEnds): FlowReport | undefined {
  const { event, time } = Object(document) as { readonly event?: unknown; readonly time?: unknown };
  if (event !== 'flows') return undefined;
  const at = seenAt(time, receivedAt);
  const read = FlowsEvent.safeParse(document).data;
  if (read === undefined) return { at, flows: [], notCounted: 0, malformed: 1 };
  const local = ends.local(read);
  const flows = read.flows.slice(0, MAX_FLOWS_OF_EVENT).flatMap((one) => {
    const flow = ToldFlow.safeParse(one).data;
    return flow === undefined ? [] : [observed(flow, local, ends)];
  });
  const groups = read.groups.toSorted();
  return {
    at,
    local: { end: local, groups },
    flows,
    notCounted: read.notCounted,
    malformed: read.flows.length - flows.length,
  };
}

function observed(flow: ToldFlow, local: FlowEnd, ends: FlowEnds): FlowObservation {
  const { direction, protocol, application, verdict, sessions, bytes } = flow;
  const { peer, port } = peerOf(flow, ends);
  return {
    ...(direction === 'ingress'
      ? { client: peer, server: local, seenBy: 'server' }
      : { client: local, server: peer, seenBy: 'client' }),
    protocol,
    ...(port !== undefined && { port }),
    ...(application !== undefined && { application }),
    verdict,
    sessions,
    bytes,
  };
}

/** What is called by the address of a service is one with what its workload tells of under its own. */
function peerOf(flow: ToldFlow, ends: FlowEnds): { readonly peer: FlowEnd; readonly port: number | undefined } {
  const { direction, peer: address, protocol, port, node } = flow;
  if (node === true) return { peer: ends.node, port };
  const known = ends.peer(address);
  if (known !== undefined) return { peer: known, port };
  const service = direction === 'egress' && port !== undefined ? ends.behind(address, protocol, port) : undefined;
  return service === undefined ? { peer: addressEnd(flow), port } : { peer: service.end, port: service.port };
}

/** By what name an address was looked up is known of what a workload opens. */
function addressEnd({ direction, peer, domain }: ToldFlow): FlowEnd {
  return { kind: 'address', name: peer, ...(direction === 'egress' && domain !== undefined && { domain }) };
}

/** An address as addresses are compared: that of IPv6 may be written in several ways. What is none is as it was. */
export function canonicalAddress(text: string): string {
  return text.includes(':') ? (URL.parse(`http://[${text}]`)?.hostname.slice(1, -1) ?? text) : text;
}
