import type { Policy } from './policy.ts';

/** What a policy asks for that nothing enforces yet, a line each. Empty where all of it is enforced. */
export function notEnforced({ processes, files }: Policy): readonly string[] {
  const whole = (kind: string, documents: readonly { readonly name: string }[]): readonly string[] =>
    documents.map(({ name }) => `${kind} "${name}" is not enforced yet`);
  return [...whole('ProcessPolicy', processes), ...whole('FilePolicy', files)];
}
