import { API_VERSION, type DocumentKind, problemsOfIssues } from '@bulkhead/core';
import { z } from 'zod';
import { name } from '../group/schema.ts';
import { boundGroups, pathGlobs, RULE_ACTIONS, ruleNames } from '../rule/schema.ts';

/** Bounds of what is written by hand. */
const MAX_RULES = 500;

/** Which programs the workloads of some groups may run, as a document of the policy language. */
export const ProcessPolicyDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('ProcessPolicy'),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    description: z.string().max(500).default(''),
    groups: boundGroups,
    onlyFromImage: z.boolean().default(false),
    rules: z
      .array(
        z.strictObject({
          name,
          action: z.enum(RULE_ACTIONS),
          executables: pathGlobs,
          parents: pathGlobs.optional(),
          users: z.array(z.int().min(0)).min(1).optional(),
        }),
      )
      .max(MAX_RULES)
      .superRefine(ruleNames)
      .default([]),
  }),
});

/** Ordered rules about programs; the first that holds decides. What no rule decides is allowed, unless `onlyFromImage` forbids it. */
export type ProcessPolicy = z.infer<typeof ProcessPolicyDocument>['spec'] & { readonly name: string };

/** The kind `ProcessPolicy`, for the loader. */
export const processPolicyKind: DocumentKind<ProcessPolicy> = {
  kind: 'ProcessPolicy',
  parse(document) {
    const parsed = ProcessPolicyDocument.safeParse(document);
    if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
    return { ok: true, value: { ...parsed.data.spec, name: parsed.data.metadata.name } };
  },
};
