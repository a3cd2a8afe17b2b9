import type { Severity } from '@bulkhead/core';

/** One thing that can be wrong with a Dockerfile or a manifest: what the catalogue says about it. */
export interface MisconfigurationRule {
  /** Stable: `dockerfile-…` or `kubernetes-…`. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** What an attacker or an operator makes of it. */
  readonly why: string;
  /** What to do, starting with a verb. */
  readonly fix: string;
  readonly references: readonly string[];
  /** The level of Kubernetes' Pod Security Standards that demands it. */
  readonly standard?: 'baseline' | 'restricted';
}

/** One place where a rule is broken. */
export interface Problem {
  /** What is wrong here, in one line. */
  readonly message: string;
  readonly line?: number;
  /** The object inside the file, such as `Deployment/shop/web container app`. */
  readonly subject?: string;
}

/** A rule with its check. `check` is pure, bounded by its input and never throws. */
export interface CheckedRule<Subject> extends MisconfigurationRule {
  check(subject: Subject): Iterable<Problem>;
}
