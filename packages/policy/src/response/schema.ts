import { API_VERSION, type DocumentKind, MODES, problemsOfIssues, VERDICTS } from '@bulkhead/core';
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
  'process-alerted',
  'file-denied',
  'file-alerted',
] as const;

export const RESPONSE_ACTIONS = ['alert', 'capture', 'quarantine'] as const;

const MAX_COUNT = 1_000_000;
/** A rule that may cut off more than this at once is none that protects anybody. */
const MAX_QUARANTINED = 1_000;
const DURATION = /^[1-9]\d{0,4}[smh]$/;
const duration = z.string().regex(DURATION, 'must be a time such as 90s, 10m or 24h');

const QuarantineTerms = z.strictObject({
  modes: z
    .array(z.enum(MODES))
    .min(1)
    .default(['protect'])
    .describe('Modes of a workload in which it may be cut off: only protect, unless the rule says otherwise.'),
  atMost: z
    .int()
    .min(1)
    .max(MAX_QUARANTINED)
    .default(5)
    .describe('Workloads that the rule cuts off within that time; it stops where it would be more.'),
  within: duration.default('10m'),
});

const MEBIBYTE = 2 ** 20;
/** As long, and as much, as an agent captures on command. */
const MAX_CAPTURE_SECONDS = 600;
const MAX_CAPTURE_MEBIBYTES = 256;

const CaptureTerms = z.strictObject({
  seconds: z.int().min(1).max(MAX_CAPTURE_SECONDS).default(60),
  maxMebibytes: z.int().min(1).max(MAX_CAPTURE_MEBIBYTES).default(16),
});

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
      policies: z.array(name).min(1).optional(),
      verdicts: z.array(z.enum(VERDICTS)).min(1).optional(),
    }),
    after: z
      .strictObject({
        count: z.int().min(1).max(MAX_COUNT),
        within: duration,
      })
      .optional(),
    actions: z.array(z.enum(RESPONSE_ACTIONS)).min(1),
    quarantine: QuarantineTerms.optional(),
    capture: CaptureTerms.optional(),
  }),
});

/** What is done about a workload when events of it, so many within a time, were seen. */
export type ResponseRule = Omit<z.infer<typeof ResponseRuleDocument>['spec'], 'quarantine' | 'capture'> & {
  readonly name: string;
  /** How far the action `quarantine` may go. */
  readonly quarantine: z.infer<typeof QuarantineTerms>;
  /** How long the packets of a workload are kept by the action `capture`, and how many bytes of them. */
  readonly capture: { readonly seconds: number; readonly maxBytes: number };
};

/** The kind `ResponseRule`, for the loader. */
export const responseRuleKind: DocumentKind<ResponseRule> = {
  kind: 'ResponseRule',
  parse(document) {
    const parsed = ResponseRuleDocument.safeParse(document);
    if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
    const { spec, metadata } = parsed.data;
    for (const action of ['quarantine', 'capture'] as const) {
      if (spec[action] === undefined || spec.actions.includes(action)) continue;
      const message = `is only of use where the actions have ${action}`;
      return { ok: false, problems: [{ path: ['spec', action], message }] };
    }
    const quarantine = spec.quarantine ?? QuarantineTerms.parse({});
    const { seconds, maxMebibytes } = spec.capture ?? CaptureTerms.parse({});
    const capture = { seconds, maxBytes: maxMebibytes * MEBIBYTE };
    return { ok: true, value: { ...spec, name: metadata.name, quarantine, capture } };
  },
};
