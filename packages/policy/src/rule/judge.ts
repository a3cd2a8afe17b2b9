import type { Bound, BoundDocuments } from './bound.ts';

/** What is done with something that rules speak of, from most to least permissive. */
export const RULE_VERDICTS = ['allow', 'alert', 'deny'] as const;
export type RuleVerdict = (typeof RULE_VERDICTS)[number];

/** Why a use of a program or a file is decided as it is. */
export type RuleCause =
  | { readonly kind: 'rule'; readonly policy: string; readonly rule: string }
  /** No rule speaks of it, and the policy wants programs of the image alone. */
  | { readonly kind: 'not-from-image'; readonly policy: string }
  /** No policy speaks of it. */
  | { readonly kind: 'open' };

/** A verdict and its cause. */
export interface RuleDecision {
  readonly verdict: RuleVerdict;
  readonly cause: RuleCause;
}

/** What one policy says, where it says anything. */
export interface Said {
  readonly action: 'allow' | 'deny';
  readonly cause: RuleCause;
}

/**
 * Lets each policy speak for itself, so that an `allow` of one does not silence the `deny` of another: what one denies
 * that is enforced is denied, what one denies that is only tried is an alert, all else is allowed.
 */
export function judgeByPolicies<Policy extends Bound>(
  { enforced, tried }: BoundDocuments<Policy>,
  ask: (policy: Policy) => Said | undefined,
): RuleDecision {
  const [hard, soft] = [enforced, tried].map((policies) => policies.flatMap((policy) => ask(policy) ?? []));
  const denialOf = (said: readonly Said[] = []): RuleCause | undefined =>
    said.find(({ action }) => action === 'deny')?.cause;
  const denied = denialOf(hard);
  if (denied !== undefined) return { verdict: 'deny', cause: denied };
  const alerted = denialOf(soft);
  if (alerted !== undefined) return { verdict: 'alert', cause: alerted };
  const allowed = (hard?.[0] ?? soft?.[0])?.cause;
  return { verdict: 'allow', cause: allowed ?? { kind: 'open' } };
}
