import { POD_RULES, type Pod, type PodRule, type PodSecurityLevel, podSecurityProblems } from '@bulkhead/pod-rules';
import type { RuleProblem } from '../violation.ts';

const RULE_BY_ID: ReadonlyMap<string, PodRule> = new Map(POD_RULES.map((rule) => [rule.id, rule]));

/** Where a pod breaks a level of the Pod Security Standards. */
export function* podSecurity(pod: Pod, level: PodSecurityLevel): Generator<RuleProblem> {
  for (const { rule, problem } of podSecurityProblems(pod, level)) {
    yield { ...problem, fix: rule.fix, misconfiguration: rule.id };
  }
}

/** Where a pod has one of some misconfigurations. */
export function* misconfigurations(pod: Pod, ids: readonly string[]): Generator<RuleProblem> {
  for (const id of ids) {
    const rule = RULE_BY_ID.get(id);
    if (rule === undefined) continue;
    for (const problem of rule.check(pod)) yield { ...problem, fix: rule.fix, misconfiguration: id };
  }
}
