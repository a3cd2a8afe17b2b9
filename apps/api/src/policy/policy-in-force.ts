import type { Policy, PolicyDocument, PolicyProblem } from '@bulkhead/policy';

/** The policy as it holds now. */
export interface PolicyInForce {
  /** Another one for any other policy. */
  readonly version: string;
  readonly policy: Policy;
  readonly documents: readonly PolicyDocument[];
}

/** Where the policy comes from: the store, a folder of files, or the cluster's custom resources. */
export interface PolicySupply {
  readonly kind: 'store' | 'files' | 'cluster';
  /** The last one that was valid. */
  readonly current: PolicyInForce;
  /** What is wrong with what is there now; empty when it is in force. */
  readonly problems: readonly PolicyProblem[];
  /** Has `listener` called after each change, until the supply is closed. */
  onChange(listener: (policy: PolicyInForce) => void): void;
  close(): Promise<void>;
}
