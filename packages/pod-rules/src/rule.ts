import type { Pod } from './pod.ts';

/** The levels of Kubernetes' Pod Security Standards that forbid something. */
export const POD_SECURITY_LEVELS = ['baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number];

/** One thing that can be wrong with a pod, and how to find it. */
export interface PodRule {
  /** Stable: `kubernetes-…`. */
  readonly id: string;
  readonly severity: 'negligible' | 'low' | 'medium' | 'high' | 'critical';
  readonly title: string;
  /** What an attacker or an operator makes of it. */
  readonly why: string;
  /** What to do, starting with a verb. */
  readonly fix: string;
  readonly references: readonly string[];
  /** The level of the Pod Security Standards that demands it. */
  readonly standard?: PodSecurityLevel;
  /** The places where a pod breaks the rule. Pure, linear in the pod, never throws. */
  check(pod: Pod): Iterable<PodProblem>;
}

/** One place where a rule is broken. */
export interface PodProblem {
  /** What is wrong here, in one line. */
  readonly message: string;
  readonly line: number;
  /** The object, and the container where it is about one: `Deployment/shop/web container app`. */
  readonly subject: string;
}
