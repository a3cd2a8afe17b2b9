import { API_VERSION } from '@bulkhead/core';
import { POD_KINDS, POD_RULES, POD_SECURITY_LEVELS } from '@bulkhead/pod-rules';
import { z } from 'zod';
import { globs, labels, name } from '../group/schema.ts';
import { celCriterion } from './expression/schema.ts';
import { baseImages, secrets, signatures, trustRoots, vulnerabilities, vulnerabilityIds } from './findings-schema.ts';
import { ADMISSION_MODES, RESOURCE_AMOUNTS } from './policy.ts';
import { parseQuantity } from './quantity.ts';

/** Bounds what one object is held against; the policies of large organisations have some dozen rules. */
const MAX_RULES = 200;
const MAX_EXCEPTIONS = 1000;
const MAX_TEXT = 500;

const misconfigurations = z
  .array(
    z.enum(
      POD_RULES.map(({ id }) => id),
      { error: 'is no misconfiguration of pods; docs/reference/misconfigurations.md lists them (kubernetes-…)' },
    ),
  )
  .min(1);
const selector = z
  .strictObject({ namespaces: globs.optional(), names: globs.optional(), labels: labels.optional() })
  .refine(somethingGiven, 'selects nothing: give namespaces, names or labels');
const allowOrDeny = z
  .strictObject({ allow: globs.optional(), deny: globs.optional() })
  .refine(somethingGiven, 'says nothing: give allow or deny');
const entries = z
  .strictObject({
    require: z.record(z.string().min(1), z.string()).default({}),
    deny: z.record(z.string().min(1), z.string()).default({}),
  })
  .refine(({ require, deny }) => Object.keys(require).length + Object.keys(deny).length > 0, {
    message: 'says nothing: give require or deny, keys with globs of their values',
  });
const quantity = z
  .union([z.string(), z.number()])
  .refine((value) => (parseQuantity(value) ?? -1) >= 0, 'must be an amount such as 500m, 2 or 1.5Gi');
const capability = z
  .string()
  .regex(/^(?!CAP_)[A-Z_]{2,40}$/, 'must be a capability such as NET_BIND_SERVICE, without CAP_');

const CRITERIA = {
  podSecurity: z.enum(POD_SECURITY_LEVELS).optional(),
  misconfigurations: misconfigurations.optional(),
  images: z
    .strictObject({
      allow: globs.optional(),
      deny: globs.optional(),
      digest: z.literal('required').optional(),
      denyTags: globs.optional(),
    })
    .refine(somethingGiven, 'says nothing: give allow, deny, digest or denyTags')
    .optional(),
  vulnerabilities: vulnerabilities.optional(),
  secrets: secrets.optional(),
  signatures: signatures.optional(),
  baseImages: baseImages.optional(),
  capabilities: z
    .strictObject({ allow: z.array(capability).optional(), drop: z.array(capability).min(1).optional() })
    .refine(somethingGiven, 'says nothing: give allow or drop')
    .optional(),
  volumes: z
    .strictObject({
      allow: z.array(z.string().min(1)).optional(),
      deny: z.array(z.string().min(1)).min(1).optional(),
      hostPaths: z.array(z.string().regex(/^\//, 'must be an absolute path')).optional(),
    })
    .refine(somethingGiven, 'says nothing: give allow, deny or hostPaths')
    .optional(),
  resources: z
    .strictObject({
      require: z.array(z.enum(RESOURCE_AMOUNTS)).default([]),
      maximum: z.partialRecord(z.enum(RESOURCE_AMOUNTS), quantity).default({}),
    })
    .refine(({ require, maximum }) => require.length + Object.keys(maximum).length > 0, {
      message: 'says nothing: give require or maximum',
    })
    .optional(),
  labels: entries.optional(),
  annotations: entries.optional(),
  serviceAccounts: allowOrDeny.optional(),
  cel: celCriterion.optional(),
};
const CRITERION_NAMES = Object.keys(CRITERIA);

const rule = z
  .strictObject({
    name,
    verdict: z.enum(['warn', 'deny']).default('deny'),
    fix: z.string().min(1).max(MAX_TEXT).optional(),
    ...CRITERIA,
  })
  .refine(
    (value) => CRITERION_NAMES.filter((key) => value[key as keyof typeof value] !== undefined).length === 1,
    `must have exactly one of ${CRITERION_NAMES.join(', ')}`,
  );

const exception = z
  .strictObject({
    name,
    rules: z.array(z.string()).min(1),
    misconfigurations: misconfigurations.optional(),
    vulnerabilities: vulnerabilityIds.optional(),
    selector: selector.optional(),
    containers: globs.optional(),
    images: globs.optional(),
    owner: z.string().trim().min(1).max(MAX_TEXT),
    reason: z.string().trim().min(1).max(MAX_TEXT),
    expires: z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
      error: 'must be a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z',
    }),
  })
  .refine(
    ({ selector: one, containers, images, vulnerabilities: ids }) => somethingGiven({ one, containers, images, ids }),
    {
      message: 'is for everything: give selector, containers, images or vulnerabilities (or remove the rule)',
    },
  );

/** Rules about what may enter a cluster, as a document of the policy language. */
export const AdmissionPolicyDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('AdmissionPolicy'),
  metadata: z.strictObject({ name }),
  spec: z
    .strictObject({
      description: z.string().max(MAX_TEXT).default(''),
      mode: z.enum(ADMISSION_MODES),
      kinds: z.array(z.enum(POD_KINDS)).min(1).optional(),
      selector: selector.optional(),
      exclude: selector.optional(),
      rules: z.array(rule).min(1).max(MAX_RULES),
      exceptions: z.array(exception).max(MAX_EXCEPTIONS).default([]),
      trustRoots: trustRoots.optional().describe('by what signatures without a key hold, for rules about them'),
    })
    .superRefine(({ rules, exceptions, trustRoots: roots = [] }, context) => {
      const known = new Set(rules.map((one) => one.name));
      for (const [list, values] of [
        ['rules', rules],
        ['exceptions', exceptions],
        ['trustRoots', roots],
      ] as const) {
        const seen = new Set<string>();
        for (const [index, value] of values.entries()) {
          if (seen.has(value.name)) {
            const message = `another of these ${list} has the name ${JSON.stringify(value.name)}`;
            context.addIssue({ code: 'custom', path: [list, index, 'name'], message });
          }
          seen.add(value.name);
        }
      }
      const rootNames = new Set(roots.map((one) => one.name));
      for (const [index, { signatures: signed }] of rules.entries()) {
        for (const [position, { trustRoot }] of (signed?.keyless ?? []).entries()) {
          if (rootNames.has(trustRoot)) continue;
          const message = `unknown trust root ${JSON.stringify(trustRoot)}: name it in spec.trustRoots`;
          const path = ['rules', index, 'signatures', 'keyless', position, 'trustRoot'];
          context.addIssue({ code: 'custom', path, message });
        }
      }
      for (const [index, one] of exceptions.entries()) {
        for (const [position, wanted] of one.rules.entries()) {
          if (known.has(wanted)) continue;
          const message = `unknown rule ${JSON.stringify(wanted)}; known are ${[...known].join(', ')}`;
          context.addIssue({ code: 'custom', path: ['exceptions', index, 'rules', position], message });
        }
      }
    }),
});
export type AdmissionPolicyDocument = z.infer<typeof AdmissionPolicyDocument>;

function somethingGiven(value: object): boolean {
  return Object.values(value).some((one) => one !== undefined);
}
