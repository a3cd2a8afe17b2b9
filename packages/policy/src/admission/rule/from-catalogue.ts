import { POD_RULES, type Pod, type PodRule, type PodSecurityLevel, podSecurityRules } from '@bulkhead/pod-rules';
import type { RuleProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';

const RULE_BY_ID: ReadonlyMap<string, PodRule> = new Map(POD_RULES.map((rule) => [rule.id, rule]));

/** Where a pod breaks a level of the Pod Security Standards. */
export function podSecurity(pod: Pod, level: PodSecurityLevel, { facts }: RuleContext): readonly RuleProblem[] {
  return podSecurityRules(pod, level).flatMap((rule) => facts.problemsOf(rule));
}

/** Where a pod has one of some misconfigurations. */
export function misconfigurations(ids: readonly string[], { facts }: RuleContext): readonly RuleProblem[] {
  return ids.flatMap((id) => {
    const rule = RULE_BY_ID.get(id);
    return rule === undefined ? [] : facts.problemsOf(rule);
  });
}
