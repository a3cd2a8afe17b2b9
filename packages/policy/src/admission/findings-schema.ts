import {
  CONFIDENCES,
  MAX_IDENTITY_LENGTH,
  MAX_PEM_LENGTH,
  MAX_TRUST_ROOT_LENGTH,
  readPublicKey,
  readTrustRoot,
  SEVERITIES,
} from '@bulkhead/core';
import { z } from 'zod';
import { globs, name } from '../group/schema.ts';
import { MAX_ID } from './image/known-image.ts';
import { GAP_ANSWERS, NOT_SCANNED_ANSWERS } from './policy.ts';

/** Ten years; nobody waits longer for a fix. */
const MAX_DAYS = 3_660;
const MAX_IDS = 1_000;
/** Who signs has one key, and for some weeks a second one. */
const MAX_RULE_KEYS = 16;
/** Workflows of some repositories. */
const MAX_RULE_SIGNERS = 64;
/** The public one, and that of a house. */
const MAX_TRUST_ROOTS = 8;
/** No image has as many. */
const MAX_COUNT = 1_000_000;

/** Names of vulnerabilities: CVE-2024-3094, GHSA-… */
export const vulnerabilityIds = z
  .array(
    z
      .string()
      .max(MAX_ID)
      .regex(/^[A-Z][A-Za-z0-9]*[-:][A-Za-z0-9.:_-]+$/, 'must be a name such as CVE-2024-3094'),
  )
  .min(1)
  .max(MAX_IDS);

const severity = z
  .enum(
    SEVERITIES.filter((one) => one !== 'unknown'),
    { error: 'must be negligible, low, medium, high or critical' },
  )
  .optional()
  .describe('this or worse');
const shared = {
  maximum: z.int().min(0).max(MAX_COUNT).default(0).describe('how many an image may have'),
  notScanned: z.enum(NOT_SCANNED_ANSWERS).default('warn').describe('what is said of an image that was not scanned'),
  incomplete: z.enum(GAP_ANSWERS).default('warn').describe('what is said of an image whose scan has gaps'),
};

/** Vulnerabilities that images must not have. All conditions have to hold of one for it to count. */
export const vulnerabilities = z.strictObject({
  severity,
  score: z.number().min(0).max(10).optional().describe('CVSS of at least'),
  epss: z.number().min(0).max(1).optional().describe('a probability (EPSS) of at least'),
  kev: z.literal(true).optional().describe('known to be exploited'),
  withFix: z.literal(true).optional().describe('only those with a fix'),
  olderThanDays: z.int().min(0).max(MAX_DAYS).optional().describe('published longer ago'),
  ids: vulnerabilityIds.optional().describe('only these'),
  ...shared,
});

/** Secrets that images must not hold. */
export const secrets = z.strictObject({
  severity,
  confidence: z.enum(CONFIDENCES).optional().describe('of at least'),
  ...shared,
});

/** Trust roots that the rules of a policy name. */
export const trustRoots = z
  .array(
    z.strictObject({
      name,
      content: z
        .string()
        .max(MAX_TRUST_ROOT_LENGTH)
        .superRefine((text, context) => {
          const outcome = readTrustRoot(text);
          if (!outcome.ok) context.addIssue({ code: 'custom', message: `is no trust root: ${outcome.why}` });
        })
        .describe("Sigstore's trusted_root.json, or certificates of the authority and public keys of the log in PEM"),
    }),
  )
  .max(MAX_TRUST_ROOTS);

const identity = z.string().min(1).max(MAX_IDENTITY_LENGTH);
const keylessSigner = z
  .strictObject({
    issuer: identity.describe('the identity provider, as certificates have it'),
    subject: identity.optional().describe('the e-mail address or URI that it vouched for'),
    subjectPattern: identity.optional().describe('likewise, a glob over all of it'),
    trustRoot: name.describe("one of the policy's trustRoots"),
  })
  .refine(({ subject, subjectPattern }) => (subject === undefined) !== (subjectPattern === undefined), {
    message: 'must have exactly one of subject, subjectPattern',
  });

/** Whose signature images must have. */
export const signatures = z
  .strictObject({
    images: globs.optional().describe('which images, as registry/repository; all if not given'),
    keys: z
      .array(
        z
          .string()
          .max(MAX_PEM_LENGTH)
          .refine(
            (pem) => readPublicKey(pem).ok,
            'must be a public key in PEM: ECDSA, RSA of 2048 bits or more, or Ed25519',
          ),
      )
      .max(MAX_RULE_KEYS)
      .default([])
      .describe('public keys (PEM), of which one has to have signed, or one of keyless'),
    keyless: z.array(keylessSigner).max(MAX_RULE_SIGNERS).default([]).describe('who may have signed without a key'),
    notScanned: z
      .enum(NOT_SCANNED_ANSWERS)
      .default('deny')
      .describe('what is said of an image whose signatures were not held against them'),
  })
  .refine(({ keys, keyless }) => keys.length + keyless.length > 0, 'says nothing: give keys or keyless');

/** What images have to be built on. */
export const baseImages = z.strictObject({
  images: globs.optional().describe('which images, as registry/repository; all if not given'),
  allow: globs.describe('the images they may be built on, as registry/repository, in registries that are watched'),
  notScanned: z
    .enum(NOT_SCANNED_ANSWERS)
    .default('deny')
    .describe('what is said of an image that nobody has looked into'),
});
