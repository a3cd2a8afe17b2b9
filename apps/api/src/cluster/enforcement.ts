import type { RuleStanding } from '@bulkhead/control-plane';
import type { Enforcement, PolicyState } from '@bulkhead/kube';
import type { Standing } from '../agent/standing.ts';

/**
 * Whether a resource is enforced: by the agents of nodes, or for a ResponseRule by the api, wherever events come from.
 * Nothing while nobody could have reported.
 */
export function enforcementOf(
  { kind, name }: Pick<PolicyState, 'kind' | 'name'>,
  standing: Standing | undefined,
  rules: ReadonlyMap<string, RuleStanding> | undefined,
  ofRuleSet: (ruleSet: string) => Pick<Enforcement, 'applications' | 'services'>,
): Enforcement | undefined {
  if (kind === 'ResponseRule') return rules && ofRule(rules.get(name));
  if (standing === undefined || standing.nodes === 0) return undefined;
  const { applications, services } = kind === 'NetworkRuleSet' ? ofRuleSet(name) : {};
  return {
    summary: `on ${standing.enforcing} of ${standing.nodes} nodes`,
    notEnforced: standing.notEnforced.map(({ where, why }) => ({ where, why })),
    ...(applications !== undefined && { applications }),
    ...(services !== undefined && { services }),
  };
}

function ofRule(standing: RuleStanding | undefined): Enforcement {
  const { held = 0, stopped } = standing ?? {};
  const summary = held === 0 ? 'by the api' : `by the api, which holds ${held} network namespaces cut off for it`;
  if (stopped === undefined) return { summary, notEnforced: [] };
  const why = `it would have cut off too much at ${stopped.since}; closing incident ${stopped.incident} has it go on`;
  return { summary, notEnforced: [{ where: 'the action quarantine', why }] };
}
