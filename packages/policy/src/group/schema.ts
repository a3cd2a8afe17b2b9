import {
  API_VERSION,
  EXCEPTION_POLICIES,
  FAILURE_POLICIES,
  HOOKS,
  isName,
  LABEL_OPERATORS,
  MODES,
  TRAFFIC_EXCEPTIONS,
} from '@bulkhead/core';
import { z } from 'zod';

/** Bounds a glob so that matching stays cheap; the longest thing matched is a path. */
const MAX_GLOB = 255;

const name = z
  .string()
  .refine(isName, 'must be 1 to 63 lower-case letters, digits or hyphens, starting and ending with a letter or digit');

const globs = z.array(z.string().min(1).max(MAX_GLOB)).min(1);

const requirement = z
  .strictObject({
    key: z.string().min(1),
    operator: z.enum(LABEL_OPERATORS),
    values: z.array(z.string()).default([]),
  })
  .superRefine(({ operator, values }, context) => {
    const takesValues = operator === 'In' || operator === 'NotIn';
    if (takesValues === values.length > 0) return;
    const message = takesValues ? `must not be empty with ${operator}` : `must be empty with ${operator}`;
    context.addIssue({ code: 'custom', path: ['values'], message });
  });

const labels = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z.array(requirement).default([]),
});

const selector = z
  .strictObject({
    namespaces: globs.optional(),
    names: globs.optional(),
    labels: labels.optional(),
    netns: globs.optional(),
  })
  .refine((value) => Object.values(value).some((criterion) => criterion !== undefined), {
    message: 'selects nothing: give namespaces, names, labels or netns (names: ["*"] selects every workload)',
  });

/** A group of workloads as a document of the policy language. */
export const WorkloadGroupDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('WorkloadGroup'),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    description: z.string().max(500).default(''),
    selector,
    mode: z.enum(MODES),
    sensors: z.array(z.string()).default([]),
    hooks: z.array(z.enum(HOOKS)).min(1).default(['input', 'output']),
    onFailure: z.enum(FAILURE_POLICIES).default('open'),
    exceptions: z.partialRecord(z.enum(TRAFFIC_EXCEPTIONS), z.enum(EXCEPTION_POLICIES)).default({}),
    capture: z.boolean().default(false),
  }),
});
export type WorkloadGroupDocument = z.infer<typeof WorkloadGroupDocument>;
