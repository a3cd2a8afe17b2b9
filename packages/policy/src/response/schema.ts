import { API_VERSION, type DocumentKind, problemsOfIssues, VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import { name } from '../group/schema.ts';
import { boundGroups } from '../rule/schema.ts';

/** What can be answered: events of agents, by their names. */
export const RESPONSE_EVENTS = [
  'finding',
  'session-blocked',
  'exception',
  'flow-denied',
  'flow-alerted',
  'process-denied',
  'file-denied',
] as const;

export const RESPONSE_ACTIONS = ['alert', 'capture', 'quarantine'] as const;

const MAX_COUNT = 1_000_000;
const DURATION = /^[1-9]\d{0,4}[smh]$/;

/** What is done when something happened, as a document of the policy language. */
export const ResponseRuleDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('ResponseRule'),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    description: z.string().max(500).default(''),
    groups: boundGroups,
    when: z.strictObject({
      events: z.array(z.enum(RESPONSE_EVENTS)).min(1),
      sensors: z.array(name).min(1).optional(),
      ruleSets: z.array(name).min(1).optional(),
      verdicts: z.array(z.enum(VERDICTS)).min(1).optional(),
    }),
    after: z
      .strictObject({
        count: z.int().min(1).max(MAX_COUNT),
        within: z.string().regex(DURATION, 'must be a time such as 90s, 10m or 24h'),
      })
      .optional(),
    actions: z.array(z.enum(RESPONSE_ACTIONS)).min(1),
  }),
});

/** What is done about a workload when events of it, so many within a time, were seen. */
export type ResponseRule = z.infer<typeof ResponseRuleDocument>['spec'] & { readonly name: string };

/** The kind `ResponseRule`, for the loader. */
export const responseRuleKind: DocumentKind<ResponseRule> = {
  kind: 'ResponseRule',
  parse(document) {
    const parsed = ResponseRuleDocument.safeParse(document);
    if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
    return { ok: true, value: { ...parsed.data.spec, name: parsed.data.metadata.name } };
  },
};
