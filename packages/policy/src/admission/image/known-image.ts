import { CONFIDENCES, MAX_IDENTITY_LENGTH, SEVERITIES } from '@bulkhead/core';
import { z } from 'zod';

/** What images are looked through for. */
export const IMAGE_SCANNERS = ['vuln', 'secret'] as const;
export type ImageScannerName = (typeof IMAGE_SCANNERS)[number];

/** Names of vulnerabilities and detectors are far shorter; versions and paths of hostile images are not, and are cut. */
export const MAX_ID = 100;
export const MAX_WORDS = 200;
/**
 * Of each kind, worst first: the images with most have some thousand. What is beyond is counted, and counts for every rule.
 */
export const MAX_VULNERABILITIES = 5_000;
export const MAX_SECRETS = 500;
/** Tags and indexes that lead to one image. Nightly builds of years stay below. */
export const MAX_NAMES = 2_000;
/** Runtimes take no image with more. */
export const MAX_LAYERS = 128;
/** Keys that one image is held against: those of the registries that have it, and of policies. */
export const MAX_KEYS = 64;
/** Who has signed one image without a key. */
export const MAX_SIGNERS = 64;

const id = z.string().min(1).max(MAX_ID);
const words = z.string().max(MAX_WORDS);
const digest = z.string().max(140);
const fingerprints = z.array(z.string().max(64)).max(MAX_KEYS);
const count = z.int().min(0);

/** A vulnerability in one package of an image, with all that rules ask of it. */
export const ImageVulnerability = z.object({
  id,
  package: words.describe('name and version'),
  severity: z.enum(SEVERITIES),
  fix: words.optional().describe('the nearest version that fixes it'),
  score: z.number().min(0).max(10).optional().describe('CVSS'),
  epss: z.number().min(0).max(1).optional().describe('the probability that it is exploited within 30 days'),
  kev: z.literal(true).optional().describe('it is known to be exploited'),
  published: words.optional().describe('when its advisory was published'),
});
export type ImageVulnerability = z.output<typeof ImageVulnerability>;

/** A secret in an image; never the secret itself. */
export const ImageSecret = z.object({
  id,
  path: words,
  severity: z.enum(SEVERITIES),
  confidence: z.enum(CONFIDENCES),
});
export type ImageSecret = z.output<typeof ImageSecret>;

/** What a scan found in an image: what counts, without what statements suppress. */
export const ImageScan = z.object({
  scannedAt: words.optional(),
  scanners: z.array(z.string().max(40)).max(10).describe('what was looked for: vuln, secret'),
  gaps: count.describe('how many things could not be looked at'),
  vulnerabilities: z.array(ImageVulnerability).max(MAX_VULNERABILITIES).describe('worst first'),
  secrets: z.array(ImageSecret).max(MAX_SECRETS),
  omitted: z
    .object({ vulnerabilities: count, secrets: count })
    .describe('found beyond those that are listed, none of them worse'),
});
export type ImageScan = z.output<typeof ImageScan>;

/** Whose signatures an image has. */
export const ImageSignatures = z.object({
  keys: fingerprints.describe('fingerprints of the keys that its signatures were held against'),
  verified: fingerprints.describe('those of them that one of its signatures is by'),
  roots: fingerprints.default([]).describe('fingerprints of the trust roots that they were held against'),
  signers: z
    .array(
      z.object({
        root: z.string().max(64).describe('fingerprint of the trust root by which it holds'),
        issuer: z.string().max(MAX_IDENTITY_LENGTH),
        subject: z.string().max(MAX_IDENTITY_LENGTH),
      }),
    )
    .max(MAX_SIGNERS)
    .default([])
    .describe('who has signed it without a key'),
});
export type ImageSignatures = z.output<typeof ImageSignatures>;

/** The image of one platform, and all that admission knows of it. */
export const KnownImage = z.object({
  digest: digest.describe('of its manifest'),
  platform: z.string().max(100).describe('such as linux/arm64/v8'),
  indexes: z.array(digest).max(MAX_NAMES).describe('digests of the indexes that lead to it'),
  names: z
    .array(z.string().max(400))
    .max(MAX_NAMES)
    .describe('registry/repository:tag of the tags that led to it when the registry was looked at last'),
  chain: z
    .array(z.string().max(64))
    .max(MAX_LAYERS)
    .optional()
    .describe('what it is up to each of its layers; absent: nobody has looked into it'),
  signatures: ImageSignatures.optional().describe('absent: nobody has looked for any'),
  scan: ImageScan.optional(),
  failure: z.string().max(500).optional().describe('why it could not be scanned'),
});
export type KnownImage = z.output<typeof KnownImage>;
