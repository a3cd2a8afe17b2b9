import type { Verdict } from '@bulkhead/core';
import type { FlowProtocol } from '../network/rule-set.ts';

/** Who was at one end of a flow, as far as it is known. */
export type LearntEnd =
  | {
      readonly kind: 'workload';
      /** Names of the groups that select it. */
      readonly groups: readonly string[];
      /** Names of groups that select some of what the name stands for: no rule can name all of it by them. */
      readonly partly?: readonly string[];
      readonly namespace?: string;
      /** Of its topmost owner, so that the pods of a Deployment are one; else its own. */
      readonly name: string;
      /** Where they are known: they tell better than a name which workloads belong together. */
      readonly labels?: Readonly<Record<string, string>>;
    }
  /** The node that the workload at the other end runs on. */
  | { readonly kind: 'node' }
  /** An address, or the prefix that many were summed up as, and by which name it was looked up. */
  | { readonly kind: 'address'; readonly address: string; readonly domain?: string };

export type LearntWorkload = Extract<LearntEnd, { readonly kind: 'workload' }>;

/** Which ends of a flow told of it. */
export const FLOW_SIDES = ['client', 'server'] as const;
export type FlowSide = (typeof FLOW_SIDES)[number];

/** A flow that was seen, summed up over its sessions. */
export interface LearntFlow {
  readonly client: LearntEnd;
  readonly server: LearntEnd;
  readonly seenBy: readonly FlowSide[];
  readonly protocol: FlowProtocol;
  /** Of the server. ICMP has none. */
  readonly port?: number;
  /** As the inspector names it; absent where nobody knows. */
  readonly application?: string;
  readonly verdict: Verdict;
  readonly sessions: number;
  /** ISO 8601, in UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}
