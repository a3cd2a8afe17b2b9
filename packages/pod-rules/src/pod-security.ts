import { BASELINE_RULES } from './baseline-rules.ts';
import type { Pod } from './pod.ts';
import { RESTRICTED_RULES } from './restricted-rules.ts';
import type { PodRule, PodSecurityLevel } from './rule.ts';

/** What "restricted" asks of Linux alone, in place of a rule of the baseline: it says nothing about Windows. */
const REPLACED_ON_LINUX: ReadonlySet<string> = new Set(['kubernetes-capabilities', 'kubernetes-seccomp-unconfined']);
const RESTRICTED_ON_LINUX: readonly PodRule[] = [...BASELINE_RULES, ...RESTRICTED_RULES];
const RESTRICTED_ON_WINDOWS: readonly PodRule[] = RESTRICTED_ON_LINUX.filter(({ id }) => !REPLACED_ON_LINUX.has(id));

/**
 * The rules of a level of the Pod Security Standards that are about a pod, as Kubernetes' own admission of version 1.36 decides it for
 * its latest version of the standards: the pod passes there exactly when none of them finds a problem.
 */
export function podSecurityRules(pod: Pod, level: PodSecurityLevel): readonly PodRule[] {
  if (level === 'baseline') return BASELINE_RULES;
  return pod.windows ? RESTRICTED_ON_WINDOWS : RESTRICTED_ON_LINUX;
}
