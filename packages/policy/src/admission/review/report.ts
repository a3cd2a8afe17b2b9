import { SEVERITIES } from '@bulkhead/core';
import { z } from 'zod';
import { ADMISSION_MODES, ADMISSION_VERDICTS } from '../policy.ts';

const place = {
  policy: z.string(),
  rule: z.string(),
  /** The object, and the container where it is about one. */
  subject: z.string(),
  message: z.string(),
  fix: z.string(),
  line: z.int(),
  /** The rule of docs/reference/misconfigurations.md, where it is one. */
  misconfiguration: z.string().optional(),
  /** Digest of the image, where it is about what was found in one. */
  image: z.string().optional(),
  /** What was found in it, worst first, at most 20. */
  findings: z
    .array(z.strictObject({ id: z.string(), severity: z.enum(SEVERITIES), in: z.string(), fix: z.string().optional() }))
    .readonly()
    .optional(),
  /** It may be otherwise later, without a change of the object. */
  retry: z.boolean().optional(),
};
const exception = z.strictObject({ name: z.string(), owner: z.string(), reason: z.string(), expires: z.string() });

/** What admission would say to the objects of some files. */
export const AdmissionReport = z.strictObject({
  schemaVersion: z.literal(1),
  /** The strictest of all objects. */
  verdict: z.enum(ADMISSION_VERDICTS),
  objects: z.array(
    z.strictObject({
      file: z.string(),
      line: z.int(),
      subject: z.string(),
      verdict: z.enum(ADMISSION_VERDICTS),
      /** Those that are about the object. */
      policies: z.array(z.string()),
      violations: z.array(
        z.strictObject({
          ...place,
          mode: z.enum(ADMISSION_MODES),
          verdict: z.enum(['warn', 'deny']),
          /** What would have let it pass, had it not expired. */
          expired: exception.optional(),
        }),
      ),
      excused: z.array(z.strictObject({ ...place, exception })),
      /** Violations beyond those that are listed. */
      more: z.int(),
    }),
  ),
  /** Objects of which no rule speaks, by kind. */
  others: z.record(z.string(), z.int()),
  /** What could not be looked at. */
  errors: z.array(
    z.strictObject({ file: z.string(), document: z.int().optional(), line: z.int().optional(), message: z.string() }),
  ),
});
export type AdmissionReport = z.infer<typeof AdmissionReport>;
export type ReviewedObject = AdmissionReport['objects'][number];
