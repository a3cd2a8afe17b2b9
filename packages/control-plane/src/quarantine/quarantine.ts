/** Who cut a workload off. */
export type QuarantineCause =
  | { readonly kind: 'rule'; readonly name: string }
  /** Of an account or a token, as the audit log has it. */
  | { readonly kind: 'person'; readonly name: string };

/** What a ResponseRule asks for: to cut off what an event is about. */
export interface QuarantineRequest {
  readonly rule: string;
  readonly node: string;
  /** Path of the network namespace: all that is in it is cut off together. */
  readonly netns: string;
  /** One of the workloads in it. */
  readonly workload: string;
  /** More than so many within the time, by one rule, are not cut off: the rule stops. */
  readonly atMost: number;
  readonly withinMs: number;
}

/** `wanted`: its agent is still to be told. `failed`: it could not, and is told again. */
export const QUARANTINE_STATES = ['wanted', 'done', 'failed'] as const;
export type QuarantineState = (typeof QUARANTINE_STATES)[number];

/** That a workload is cut off, or is to be. */
export interface Quarantine {
  readonly id: number;
  readonly node: string;
  readonly netns: string;
  readonly workload: string;
  readonly cause: QuarantineCause;
  readonly reason: string;
  readonly since: string;
  readonly state: QuarantineState;
  /** Why it is not cut off yet. */
  readonly problem?: string;
}

/** What is shown of it beside its workload. */
export type WorkloadQuarantine = Pick<Quarantine, 'cause' | 'reason' | 'since' | 'state' | 'problem'>;

/** What a ResponseRule has come to. */
export interface RuleStanding {
  /** Network namespaces that it holds cut off, or is to. */
  readonly held: number;
  /** Present while it cuts off nobody any more: its incident, and since when. */
  readonly stopped?: { readonly incident: number; readonly since: string };
}

/**
 * What is cut off by command, until it is released. Rules ask through `EventStore.append`, so that an event and what
 * follows from it are kept together or not at all. There is never more than one at a time of a network namespace.
 */
export interface QuarantineStore {
  /** Those of a node that hold or are to hold, the oldest first. */
  ofNode(node: string): Promise<readonly Quarantine[]>;
  /** Notes that a person cut something off; that it was already is no matter. */
  add(quarantine: Omit<Quarantine, 'id' | 'state' | 'problem'>): Promise<void>;
  /** Notes what became of one that is to hold. */
  note(id: number, state: QuarantineState, problem?: string): Promise<void>;
  /** Ends the one of a network namespace, if there is one. What happened before `at` brings none about any more. */
  end(place: { readonly node: string; readonly netns: string }, by: string, at: string): Promise<void>;
  /** By the name of a rule; those that hold nothing and have not stopped are not in it. */
  standing(): Promise<ReadonlyMap<string, RuleStanding>>;
  /** Forgets those that ended, or whose workloads were gone, before a time. */
  prune(before: string): Promise<void>;
}
