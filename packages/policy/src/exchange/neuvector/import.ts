import type { PolicySource } from '../../document/load.ts';
import type { PolicyProblem } from '../../document/problem.ts';
import { readYaml } from '../../document/read-yaml.ts';
import type { Exchanged } from '../network-policy.ts';
import { importAdmissionRule } from './admission-rule.ts';
import { ImportContext } from './context.ts';
import { importDlpRule } from './dlp-rule.ts';
import { importSecurityRule } from './security-rule.ts';
import { AdmissionRule, DlpRule, SecurityRule } from './shape.ts';

export type ImportOutcome =
  | ({ readonly ok: true } & Exchanged)
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** A list within a list is no export of anybody. */
const MAX_DEPTH = 4;

/**
 * NeuVector's policies of code (`NvSecurityRule`, `NvClusterSecurityRule`, `NvDlpSecurityRule`,
 * `NvAdmissionControlSecurityRule`, also in a `List`) as documents of ours, with a note for all that is not carried over or says
 * more or less than before. Nothing is said to be enforced that was not. Never throws.
 */
export function importNeuvector(sources: readonly PolicySource[]): ImportOutcome {
  const read = sources.map(({ file, text }) => ({ file, ...readYaml(file, text, 'manifest') }));
  const problems = read.flatMap((one) => one.problems);
  if (problems.length > 0) return { ok: false, problems };
  const context = new ImportContext();
  const items = read.flatMap(({ file, documents }) =>
    documents.flatMap(({ index, value }) =>
      itemsOf(value, MAX_DEPTH).map((item) => ({ item, of: `${file}, document ${index}` })),
    ),
  );
  // Sensors first: groups bind them by name.
  for (const { item } of items) {
    const dlp = DlpRule.safeParse(item);
    if (dlp.success) importDlpRule(dlp.data, context);
  }
  for (const { item, of } of items) {
    const security = SecurityRule.safeParse(item);
    const admission = AdmissionRule.safeParse(item);
    if (security.success) importSecurityRule(security.data, context);
    else if (admission.success) importAdmissionRule(admission.data, context);
    else if (!DlpRule.safeParse(item).success)
      context.note(of, `${kindOf(item)} is not carried over: it is not understood`);
  }
  return { ok: true, documents: context.documents, notes: context.notes };
}

function itemsOf(value: unknown, depth: number): readonly unknown[] {
  const { items } = (typeof value === 'object' && value !== null ? value : {}) as { readonly items?: unknown };
  if (!Array.isArray(items) || depth === 0) return [value];
  return items.flatMap((item) => itemsOf(item, depth - 1));
}

function kindOf(item: unknown): string {
  const { kind } = (typeof item === 'object' && item !== null ? item : {}) as { readonly kind?: unknown };
  return typeof kind === 'string' ? `a ${kind}` : 'something without a kind';
}
