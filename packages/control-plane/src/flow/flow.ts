import { VERDICTS, type Verdict } from '@bulkhead/core';
import { z } from 'zod';
import type { Page, PageRequest } from '../page.ts';

const MAX_NAME = 253;
const MAX_PORT = 65_535;

/** An end of a flow: a group, a workload, or an address that is neither. */
const FlowPeer = z.object({
  kind: z.enum(['group', 'workload', 'address']),
  name: z.string().min(1).max(MAX_NAME),
  namespace: z.string().max(MAX_NAME).optional(),
});
export type FlowPeer = z.output<typeof FlowPeer>;

/** What an agent saw of a flow since it last told: events of the kind `flow` carry it. */
export const FlowObservation = z.object({
  event: z.literal('flow'),
  client: FlowPeer,
  server: FlowPeer,
  port: z.int().min(0).max(MAX_PORT),
  application: z.string().min(1).max(64),
  verdict: z.enum(VERDICTS),
  bytes: z.int().nonnegative(),
  sessions: z.int().nonnegative(),
});
export type FlowObservation = z.output<typeof FlowObservation>;

/** A conversation between two ends, summed up over all its sessions. */
export interface Flow {
  readonly id: number;
  readonly client: FlowPeer;
  readonly server: FlowPeer;
  readonly port: number;
  readonly application: string;
  readonly verdict: Verdict;
  readonly bytes: number;
  readonly sessions: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface FlowFilter {
  /** Flows with an end in one of these. */
  readonly namespaces?: readonly string[] | undefined;
  readonly verdict?: Verdict | undefined;
}

export interface FlowStore {
  /** The latest known first. */
  list(filter: FlowFilter, page: PageRequest): Promise<Page<Flow>>;
  /** Forgets at most `limit` flows not seen since; gives how many. */
  prune(before: string, limit: number): Promise<number>;
}
