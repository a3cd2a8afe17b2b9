import { API_VERSION } from '@bulkhead/core';
import { z } from 'zod';
import { name } from '../../group/schema.ts';
import { ADMISSION_VERDICTS } from '../policy.ts';

/** Bounds of what is written by hand. */
const MAX_CASES = 1000;
const MAX_TEXT = 500;

/** Cases that a policy has to decide as expected, as a document of the policy language. */
export const PolicyTestDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('PolicyTest'),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    namespace: z.string().min(1).default('default'),
    at: z
      .union([z.iso.date(), z.iso.datetime({ offset: true })], {
        error: 'must be a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z',
      })
      .optional(),
    cases: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(MAX_TEXT),
          object: z.record(z.string(), z.unknown()),
          expect: z.strictObject({
            verdict: z.enum(ADMISSION_VERDICTS),
            rules: z.array(z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'must be policy/rule')).optional(),
          }),
        }),
      )
      .min(1)
      .max(MAX_CASES),
  }),
});
export type PolicyTestDocument = z.infer<typeof PolicyTestDocument>;

/** A test by its name, for the loader. */
export type PolicyTest = PolicyTestDocument['spec'] & { readonly name: string };
