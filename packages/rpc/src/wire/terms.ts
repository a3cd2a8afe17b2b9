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
  | { readonly kind: 'scan'; readonly workloadId: string };

export interface CommandOutcome {
  readonly outcome: 'done' | 'failed' | 'unsupported';
  readonly message: string;
}
