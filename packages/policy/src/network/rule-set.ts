import type { Application } from './application.ts';

export const RULE_ACTIONS = ['allow', 'deny'] as const;
export type RuleAction = (typeof RULE_ACTIONS)[number];

export const FLOW_PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;
export type FlowProtocol = (typeof FLOW_PROTOCOLS)[number];

/** Who opens flows, seen from a workload that rules speak of: others to it, or it to others. */
export const FLOW_DIRECTIONS = ['ingress', 'egress'] as const;
export type FlowDirection = (typeof FLOW_DIRECTIONS)[number];

/** What a rule calls the node that a workload runs on: the kubelet's probes come from there. No name of a group. */
export const NODE_PEER = '@node';

/** The other end of a flow, as a rule names it. */
export type NetworkPeer =
  | { readonly kind: 'group'; readonly name: string }
  /** An address or a prefix, as it is written. */
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** A name in lower case; `*.` in front stands for one label or more. */
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'node' };

/** Ports of a protocol, both ends included. Without them all of the protocol; ICMP has none. */
export interface PortRange {
  readonly protocol: FlowProtocol;
  readonly ports?: { readonly first: number; readonly last: number };
}

/** One line of a rule set. What is absent stands for anybody or anything. */
export interface NetworkRule {
  readonly name: string;
  readonly action: RuleAction;
  /** Whether flows that it decides are told. */
  readonly log: boolean;
  readonly peers?: readonly NetworkPeer[];
  readonly ports?: readonly PortRange[];
  /** Known once a flow has carried bytes: until then the flow lives. */
  readonly applications?: readonly Application[];
}

/** Ordered rules about the flows of some groups' workloads. A direction that is there is closed but for what is allowed. */
export interface NetworkRuleSet {
  readonly name: string;
  readonly description: string;
  /** Names of groups. */
  readonly groups: readonly string[];
  readonly ingress?: readonly NetworkRule[];
  readonly egress?: readonly NetworkRule[];
  /** Whether a rule that allows some applications holds for what the inspector does not recognise as well. */
  readonly unknownApplication: RuleAction;
  /** Whoever wrote it knows that its workloads cannot look up names. */
  readonly allowCuttingDns: boolean;
  /** Whoever wrote it knows that its workloads cannot be probed from their node. */
  readonly allowCuttingProbes: boolean;
}
