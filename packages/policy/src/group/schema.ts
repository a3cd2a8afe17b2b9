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

/** The `name` of a document, and of what is named within one. */
export const name = z
  .string()
  .refine(isName, 'must be 1 to 63 lower-case letters, digits or hyphens, starting and ending with a letter or digit');

/** A list of globs, of which one has to match. */
export const globs = z.array(z.string().min(1).max(MAX_GLOB)).min(1);

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

/** Labels as Kubernetes selects them. */
export const labels = z.strictObject({
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

/** Bounds what is looked through for each session. */
const MAX_PEERS = 64;

const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const peers = z
  .array(
    z
      .string()
      .refine((peer) => isName(peer) || address.safeParse(peer).success, 'is no name of a group, address or prefix'),
  )
  .min(1)
  .max(MAX_PEERS);

const peerBinding = z
  .strictObject({ name: z.string(), from: peers.optional(), to: peers.optional() })
  .refine(({ from, to }) => from !== undefined || to !== undefined, {
    message: 'names no peer: give from or to, or the name of the sensor alone',
  });

/** A group of workloads as a document of the policy language. */
export const WorkloadGroupDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('WorkloadGroup'),
  metadata: z.strictObject({ name }),
  spec: z
    .strictObject({
      description: z.string().max(500).default(''),
      selector,
      mode: z.enum(MODES),
      sensors: z.array(z.union([z.string(), peerBinding])).default([]),
      hooks: z.array(z.enum(HOOKS)).min(1).default(['input', 'output']),
      onFailure: z.enum(FAILURE_POLICIES).default('open'),
      exceptions: z.partialRecord(z.enum(TRAFFIC_EXCEPTIONS), z.enum(EXCEPTION_POLICIES)).default({}),
      capture: z.boolean().default(false),
      quarantine: z.boolean().optional(),
    })
    .refine(({ mode, quarantine }) => quarantine !== true || mode === 'protect', {
      path: ['quarantine'],
      message: 'needs the mode protect: no other may interrupt traffic',
    }),
});
export type WorkloadGroupDocument = z.infer<typeof WorkloadGroupDocument>;
