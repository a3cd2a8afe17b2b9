import type { RuleVerdict } from '@bulkhead/core';
import type { Page, PageRequest } from '../page.ts';

export const FLOW_PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;
export type FlowProtocol = (typeof FLOW_PROTOCOLS)[number];

/** At which of its ends a flow was seen. */
export const FLOW_SIDES = ['client', 'server'] as const;
export type FlowSide = (typeof FLOW_SIDES)[number];

/** An end of a flow. */
export type FlowEnd =
  /** By the name of whatever runs it: the pods of a deployment are one. */
  | { readonly kind: 'workload'; readonly namespace?: string; readonly name: string }
  | { readonly kind: 'node'; readonly name: string }
  /** An address, or a prefix where too many were seen for each to be told; `domain`: what it was looked up as. */
  | { readonly kind: 'address'; readonly name: string; readonly domain?: string };

interface Conversation {
  readonly client: FlowEnd;
  readonly server: FlowEnd;
  readonly protocol: FlowProtocol;
  /** The server's; absent where the protocol has none. */
  readonly port?: number;
  /** What is spoken; absent where nobody knows. */
  readonly application?: string;
  readonly verdict: RuleVerdict;
  /** Of both directions. */
  readonly bytes: number;
  readonly sessions: number;
}

/** What an agent saw of a flow at one of its ends since it last told. */
export interface FlowObservation extends Conversation {
  readonly seenBy: FlowSide;
}

/** A conversation between two ends, summed up over all its sessions. What was seen at both ends is counted once. */
export interface Flow extends Conversation {
  readonly id: number;
  readonly seenBy: readonly FlowSide[];
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface FlowFilter {
  /** Flows with an end in one of these. */
  readonly namespaces?: readonly string[] | undefined;
  /** Flows with an end, in one of the namespaces where they are given, that is a workload of this name. */
  readonly workload?: string | undefined;
  readonly verdict?: RuleVerdict | undefined;
  readonly application?: string | undefined;
  readonly port?: number | undefined;
  /** Last seen at or after. */
  readonly since?: string | undefined;
}

/** How long flows are kept: both hold. */
export interface FlowRetention {
  readonly seenBefore: string;
  readonly maxFlows: number;
}

/** The groups that an agent said select a workload whose flows it told of. Its pods may be in different ones. */
export interface FlowGroups {
  readonly namespace?: string;
  readonly name: string;
  /** Names, sorted. */
  readonly groups: readonly string[];
  readonly lastSeen: string;
}

export interface FlowStore {
  /** The latest seen first. */
  list(filter: FlowFilter, page: PageRequest): Promise<Page<Flow>>;
  /** At most `limit` of those seen at or after `since`, as they came to be known, after one: whoever reads on misses none. */
  inOrder(after: number, since: string, limit: number): Promise<readonly Flow[]>;
  /** The groups of workloads, also of those that are gone; at most `limit`, the latest seen first. */
  groups(limit: number): Promise<readonly FlowGroups[]>;
  /** Forgets at most `limit` of those that need not be kept, those not seen for longest first; gives how many. */
  prune(retention: FlowRetention, limit: number): Promise<number>;
}
