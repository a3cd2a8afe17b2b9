import type { WorkloadGroup } from '@bulkhead/core';
import type { RuleCause, RuleDecision, RuleVerdict } from './judge.ts';

/** How a test expects a use of a program or a file to be decided. */
export interface RuleCase {
  /** Of the workload, by name. */
  readonly groups: readonly string[];
  readonly verdict: RuleVerdict;
  /** `policy/rule`, or the policy that wants programs of the image alone. */
  readonly by?: string | undefined;
}

/** What is wrong with a decision, each with the key of the case that it is about. */
export interface RuleFault {
  readonly key: 'groups' | 'verdict' | 'by';
  readonly message: string;
}

/** Compares what rules in force decide with what is expected. Empty: as expected. */
export function testDecision(
  { groups, verdict, by }: RuleCase,
  policy: { readonly groups: readonly WorkloadGroup[] },
  decide: () => RuleDecision,
): readonly RuleFault[] {
  const known = new Set(policy.groups.map(({ name }) => name));
  const strangers = groups.filter((name) => !known.has(name));
  if (strangers.length > 0) {
    return strangers.map((name) => ({ key: 'groups', message: `there is no WorkloadGroup "${name}"` }));
  }
  const decision = decide();
  const why = inWords(decision.cause);
  if (decision.verdict !== verdict) {
    return [{ key: 'verdict', message: `expected ${verdict}, is ${decision.verdict}: ${why}` }];
  }
  if (by === undefined || by === nameOf(decision.cause)) return [];
  return [{ key: 'by', message: `expected ${by} to decide: ${why}` }];
}

function nameOf(cause: RuleCause): string | undefined {
  if (cause.kind === 'rule') return `${cause.policy}/${cause.rule}`;
  return cause.kind === 'open' ? undefined : cause.policy;
}

function inWords(cause: RuleCause): string {
  if (cause.kind === 'open') return 'no policy speaks of it';
  if (cause.kind === 'rule') return `${cause.policy}/${cause.rule} decides`;
  return `it is not from the image, and ${cause.policy} wants only what is`;
}
