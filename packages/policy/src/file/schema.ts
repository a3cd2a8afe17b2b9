import { API_VERSION, type DocumentKind, problemsOfIssues } from '@bulkhead/core';
import { z } from 'zod';
import { name } from '../group/schema.ts';
import { boundGroups, pathGlobs, RULE_ACTIONS, ruleNames } from '../rule/schema.ts';

export const FILE_ACCESSES = ['read', 'write', 'execute'] as const;
export type FileAccess = (typeof FILE_ACCESSES)[number];

/** Bounds of what is written by hand. */
const MAX_RULES = 500;

/** Which files the workloads of some groups may use, and how, as a document of the policy language. */
export const FilePolicyDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('FilePolicy'),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    description: z.string().max(500).default(''),
    groups: boundGroups,
    rules: z
      .array(
        z.strictObject({
          name,
          action: z.enum(RULE_ACTIONS),
          paths: pathGlobs,
          access: z
            .array(z.enum(FILE_ACCESSES))
            .min(1)
            .default([...FILE_ACCESSES]),
          executables: pathGlobs.optional(),
        }),
      )
      .min(1)
      .max(MAX_RULES)
      .superRefine(ruleNames),
  }),
});

/** Ordered rules about files; the first that holds decides. What no rule decides is allowed. */
export type FilePolicy = z.infer<typeof FilePolicyDocument>['spec'] & { readonly name: string };

/** The kind `FilePolicy`, for the loader. */
export const filePolicyKind: DocumentKind<FilePolicy> = {
  kind: 'FilePolicy',
  parse(document) {
    const parsed = FilePolicyDocument.safeParse(document);
    if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
    return { ok: true, value: { ...parsed.data.spec, name: parsed.data.metadata.name } };
  },
};
