import { FLOW_DIRECTIONS } from './network/rule-set.ts';
import type { Policy } from './policy.ts';

/** What a policy asks for that nothing enforces yet, a line each. Empty where all of it is enforced. */
export function notEnforced({ network, processes, files, responses }: Policy): readonly string[] {
  const applications = network.flatMap((ruleSet) =>
    FLOW_DIRECTIONS.flatMap((direction) =>
      (ruleSet[direction] ?? []).flatMap(({ name, action, applications: asked }) => {
        if (asked === undefined) return [];
        const effect = action === 'allow' ? 'allows the flow whatever is spoken' : 'denies nothing';
        return [
          `NetworkRuleSet "${ruleSet.name}": the applications of rule "${name}" are not enforced yet: it ${effect}`,
        ];
      }),
    ),
  );
  const whole = (kind: string, documents: readonly { readonly name: string }[]): readonly string[] =>
    documents.map(({ name }) => `${kind} "${name}" is not enforced yet`);
  return [
    ...applications,
    ...whole('ProcessPolicy', processes),
    ...whole('FilePolicy', files),
    ...responses.flatMap(({ name, actions }) => {
      const asked = actions.filter((action) => action !== 'alert');
      if (asked.length === 0) return [];
      return [`ResponseRule "${name}": ${asked.join(' and ')} is not enforced yet`];
    }),
  ];
}
