import { BASELINE_RULES } from './baseline-rules.ts';
import type { Pod } from './pod.ts';
import { RESTRICTED_RULES } from './restricted-rules.ts';
import type { PodProblem, PodRule, PodSecurityLevel } from './rule.ts';

/** What "restricted" asks of Linux alone, in place of a rule of the baseline: it says nothing about Windows. */
const REPLACED_ON_LINUX: ReadonlySet<string> = new Set(['kubernetes-capabilities', 'kubernetes-seccomp-unconfined']);

/**
 * Where a pod breaks a level of the Pod Security Standards, as Kubernetes' own admission of version 1.36 decides it for
 * its latest version of the standards: the pod passes there exactly when this yields nothing.
 */
export function* podSecurityProblems(
  pod: Pod,
  level: PodSecurityLevel,
): Generator<{ readonly rule: PodRule; readonly problem: PodProblem }> {
  for (const rule of level === 'baseline' ? BASELINE_RULES : [...BASELINE_RULES, ...RESTRICTED_RULES]) {
    if (level === 'restricted' && pod.windows && REPLACED_ON_LINUX.has(rule.id)) continue;
    for (const problem of rule.check(pod)) yield { rule, problem };
  }
}
