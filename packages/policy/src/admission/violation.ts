import type { Severity } from '@bulkhead/core';
import type { AdmissionException } from './policy.ts';

/** One place where an object breaks a rule, before exceptions and the mode of the policy. */
export interface RuleProblem {
  /** What is wrong here, in one line. */
  readonly message: string;
  /** What to do, starting with a verb. */
  readonly fix: string;
  readonly line: number;
  /** `Deployment/shop/web container app`. */
  readonly subject: string;
  /** The rule of the catalogue of misconfigurations, where it is one. */
  readonly misconfiguration?: string;
  /** Digest of the image that it is about. */
  readonly image?: string;
  /** What was found in the image, worst first; the message counts all of it. */
  readonly findings?: readonly ListedFinding[];
  /** The image as it is written, where its scan would decide: whoever can may have it scanned. */
  readonly unscanned?: string;
  /** It may be otherwise later, without a change of the object. */
  readonly retry?: boolean;
}

/** A finding as an answer lists it. */
export interface ListedFinding {
  readonly id: string;
  readonly severity: Severity;
  /** Package with its version, or path. */
  readonly in: string;
  /** The version that fixes it. */
  readonly fix?: string;
}

/** What a rule says of its own problem, before the policy has a say. */
export interface JudgedProblem extends RuleProblem {
  /** The rule does not deny for this. */
  readonly atMost?: 'warn';
  /** An exception for findings, which lets this pass. */
  readonly excusedBy?: AdmissionException;
  /** One that did until it expired. */
  readonly expired?: AdmissionException;
}
