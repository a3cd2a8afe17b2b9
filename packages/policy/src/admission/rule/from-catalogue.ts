import { POD_RULES, type Pod, type PodRule, type PodSecurityLevel, podSecurityRules } from '@bulkhead/pod-rules';
import type { RuleProblem } from '../violation.ts';
import { oncePerPod } from './once-per-pod.ts';

const RULE_BY_ID: ReadonlyMap<string, PodRule> = new Map(POD_RULES.map((rule) => [rule.id, rule]));

/** What the rules of the catalogue found wrong with a pod: many policies ask the same of it. */
const foundIn = oncePerPod(() => new Map<PodRule, readonly RuleProblem[]>());

/** Where a pod breaks a level of the Pod Security Standards. */
export function podSecurity(pod: Pod, level: PodSecurityLevel): readonly RuleProblem[] {
  return podSecurityRules(pod, level).flatMap((rule) => problemsOf(pod, rule));
}

/** Where a pod has one of some misconfigurations. */
export function misconfigurations(pod: Pod, ids: readonly string[]): readonly RuleProblem[] {
  return ids.flatMap((id) => {
    const rule = RULE_BY_ID.get(id);
    return rule === undefined ? [] : problemsOf(pod, rule);
  });
}

function problemsOf(pod: Pod, rule: PodRule): readonly RuleProblem[] {
  const found = foundIn(pod);
  const known = found.get(rule);
  if (known !== undefined) return known;
  const problems = Array.from(rule.check(pod), (problem) => ({
    ...problem,
    fix: rule.fix,
    misconfiguration: rule.id,
  }));
  found.set(rule, problems);
  return problems;
}
