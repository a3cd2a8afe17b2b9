// What both ends speak of.

/** A snapshot for one agent: the JSON of `PolicySnapshot` in packages/policy. */
export interface SnapshotText {
  readonly version: string;
  readonly json: string;
}

export interface PolicyAnswer {
  readonly version: string;
  /** False when it was refused as a whole; then the policy before it stays in force. */
  readonly accepted: boolean;
  /** Why it was refused; of one that was accepted, what of it is not enforced there. One line each. */
  readonly problems: readonly string[];
  /** For each workload that the policy selects, whether it is held to it, and why not. */
  readonly enforcement: readonly Enforcement[];
}

export interface Enforcement {
  readonly workloadId: string;
  readonly enforced: boolean;
  readonly problem: string | undefined;
}

export type CommandAction =
  | { readonly kind: 'capture'; readonly workloadId: string; readonly seconds: number; readonly maxBytes: number }
  | { readonly kind: 'quarantine'; readonly workloadId: string; readonly reason: string }
  | { readonly kind: 'release'; readonly workloadId: string }
  /** Without a workload (empty): the node. `scanId` is what the events that tell of its end call it. */
  | { readonly kind: 'scan'; readonly workloadId: string; readonly scanId: string }
  /** Gives a part of a file that the agent has told of by its name. */
  | { readonly kind: 'read'; readonly file: string; readonly offset: number; readonly maxBytes: number };

export interface CommandOutcome {
  readonly outcome: 'done' | 'failed' | 'unsupported';
  readonly message: string;
  /** To `read` alone. */
  readonly part?: FilePart;
}

/** What stands in a file from an offset on. */
export interface FilePart {
  readonly data: Uint8Array;
  /** Of the whole file. */
  readonly size: number;
}
