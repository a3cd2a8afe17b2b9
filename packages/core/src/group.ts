import type { FailurePolicy, Mode } from './mode.ts';
import type { ExceptionPolicies } from './traffic-exception.ts';

export const LABEL_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;
export type LabelOperator = (typeof LABEL_OPERATORS)[number];

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** Every criterion that is present must hold; inside a list one entry is enough. */
export interface Selector {
  /** Globs over the orchestrator's namespace. */
  readonly namespaces?: readonly string[];
  /** Globs over the workload's name and its owners' names. */
  readonly names?: readonly string[];
  readonly labels?: {
    readonly matchLabels: Readonly<Record<string, string>>;
    readonly matchExpressions: readonly LabelRequirement[];
  };
  /** Globs over the name or the path of the network namespace, for machines without containers. */
  readonly netns?: readonly string[];
}

/** Where in a network namespace traffic is met: at its own sockets, or on its way through a router. */
export const HOOKS = ['input', 'output', 'forward'] as const;
export type Hook = (typeof HOOKS)[number];

/** A sensor by its name alone, for all traffic, or with the peers whose sessions it concerns. */
export type SensorBinding = string | PeerBinding;

/** A peer is the name of a group, or an address or prefix. At least one of the two is there. */
export interface PeerBinding {
  readonly name: string;
  /** Who opens sessions to the group's workloads. */
  readonly from?: readonly string[];
  /** To whom the group's workloads open sessions. */
  readonly to?: readonly string[];
}

/** A named selector of workloads, its mode, and the sensors bound to it. */
export interface WorkloadGroup {
  readonly name: string;
  readonly description: string;
  readonly selector: Selector;
  readonly mode: Mode;
  readonly sensors: readonly SensorBinding[];
  readonly hooks: readonly Hook[];
  readonly onFailure: FailurePolicy;
  readonly exceptions: ExceptionPolicies;
  /** Whether the packets of a session that is blocked are kept for forensics. */
  readonly capture: boolean;
  /** Whether its workloads are cut off from all others. Absent: no. */
  readonly quarantine?: boolean;
}
