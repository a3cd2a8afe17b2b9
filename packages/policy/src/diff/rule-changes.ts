/** What is otherwise among ordered rules, of which each has a name of its own, in words. */
export function ruleChanges<Rule extends { readonly name: string }>(
  was: readonly Rule[],
  is: readonly Rule[],
  inWords: (rule: Rule) => string,
): readonly string[] {
  const [old, now] = [was, is].map((rules) => new Map(rules.map((rule) => [rule.name, rule])));
  const [before, kept] = [was.filter(({ name }) => now?.has(name)), is.filter(({ name }) => old?.has(name))].map(names);
  return [
    ...is.flatMap((rule) => {
      const known = old?.get(rule.name);
      if (known === undefined) return [`rule ${rule.name} is new: ${inWords(rule)}`];
      if (same(known, rule)) return [];
      return [`rule ${rule.name}: ${inWords(rule)}, instead of: ${inWords(known)}`];
    }),
    ...was.filter(({ name }) => now?.has(name) === false).map((rule) => `rule ${rule.name} is gone: ${inWords(rule)}`),
    ...(same(kept, before) ? [] : [`the order of its rules is now ${names(is).join(', ')}`]),
  ];
}

/** Whether two values of documents say the same. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function names(rules: readonly { readonly name: string }[]): readonly string[] {
  return rules.map(({ name }) => name);
}
