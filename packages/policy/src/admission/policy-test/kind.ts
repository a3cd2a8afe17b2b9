import { type DocumentKind, type ParsedDocument, problemsOfIssues } from '@bulkhead/core';
import { type PolicyTest, PolicyTestDocument } from './schema.ts';

/** Reads one `PolicyTest` document. Reports every problem in it, never throws. */
export function parsePolicyTest(document: unknown): ParsedDocument<PolicyTest> {
  const parsed = PolicyTestDocument.safeParse(document);
  if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
  return { ok: true, value: { ...parsed.data.spec, name: parsed.data.metadata.name } };
}

/** The kind `PolicyTest`, for the loader. */
export const policyTestKind: DocumentKind<PolicyTest> = { kind: 'PolicyTest', parse: parsePolicyTest };
