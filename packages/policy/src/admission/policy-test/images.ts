import { createHash } from 'node:crypto';
import { compareText, MAX_IDENTITY_LENGTH, MAX_PEM_LENGTH, readPublicKey } from '@bulkhead/core';
import { z } from 'zod';
import { chainOf } from '../image/chain.ts';
import { ImageMemory } from '../image/image-memory.ts';
import type { ImageKnowledge } from '../image/knowledge.ts';
import {
  IMAGE_SCANNERS,
  ImageScan,
  ImageSecret,
  type ImageSignatures,
  ImageVulnerability,
  type KnownImage,
  MAX_LAYERS,
} from '../image/known-image.ts';
import { namedImage } from '../image-name.ts';
import type { AdmissionPolicy } from '../policy.ts';

/** Bounds of what is written by hand. */
const MAX_IMAGES = 200;
const MAX_FINDINGS = 200;
const MAX_SIGNERS = 16;

const FINGERPRINT = /^sha256:[0-9a-f]{64}$/;

const scan = z.strictObject({
  scanners: z.array(z.enum(IMAGE_SCANNERS)).default([...IMAGE_SCANNERS]),
  gaps: ImageScan.shape.gaps.default(0),
  vulnerabilities: z.array(z.strictObject(ImageVulnerability.shape)).max(MAX_FINDINGS).default([]),
  secrets: z.array(z.strictObject(ImageSecret.shape)).max(MAX_FINDINGS).default([]),
});

/** What a test says of images in place of scans. */
export const testImages = z
  .array(
    z.strictObject({
      image: z
        .string()
        .max(1_000)
        .refine((text) => namedImage(text) !== undefined, 'must be a reference such as registry.example.com/web:1'),
      platform: z.string().min(1).max(100).default('linux/amd64'),
      scan: scan.optional().describe('what was found in it; absent: it was not scanned'),
      failure: z.string().min(1).max(500).optional().describe('why it could not be scanned'),
      layers: z
        .array(z.string().min(1).max(200))
        .max(MAX_LAYERS)
        .optional()
        .describe('its layers, lowest first, under any names; absent: nobody has looked into it'),
      signedBy: z
        .array(
          z.union(
            [
              z
                .string()
                .max(MAX_PEM_LENGTH)
                .refine((text) => FINGERPRINT.test(text) || readPublicKey(text).ok),
              z.strictObject({
                issuer: z.string().max(MAX_IDENTITY_LENGTH),
                subject: z.string().max(MAX_IDENTITY_LENGTH),
              }),
            ],
            {
              error:
                'must be a public key in PEM, its fingerprint as "bulkhead image verify" prints it (sha256:…), or an issuer with a subject',
            },
          ),
        )
        .max(MAX_SIGNERS)
        .optional()
        .describe('who has signed it: keys, or issuers with subjects; absent: nobody has looked for signatures'),
    }),
  )
  .max(MAX_IMAGES)
  .default([]);
type TestImage = z.output<typeof testImages>[number];

/** What rules about images go by in a test. Images that it does not name are known to nobody. */
export function testKnowledge(images: readonly TestImage[], policies: readonly AdmissionPolicy[]): ImageKnowledge {
  const memory = new ImageMemory();
  const criteria = policies.flatMap(({ rules }) =>
    rules.flatMap(({ criterion }) => ('signatures' in criterion ? [criterion.signatures] : [])),
  );
  const held = {
    keys: criteria.flatMap(({ keys }) => keys.map(({ fingerprint }) => fingerprint)),
    roots: distinct(criteria.flatMap(({ keyless }) => keyless.map(({ trustRoot }) => trustRoot.fingerprint))),
  };
  for (const one of images) memory.set(knownImage(one, held));
  memory.doubt = 'the test names it not among its images';
  return memory;
}

function knownImage(
  { image, platform, scan: found, failure, layers, signedBy }: TestImage,
  held: { readonly keys: readonly string[]; readonly roots: readonly string[] },
): KnownImage {
  const named = namedImage(image);
  // What is not pinned has some digest: the same for the same text.
  const digest = named?.digest ?? `sha256:${createHash('sha256').update(`${image} ${platform}`).digest('hex')}`;
  return {
    digest,
    platform,
    indexes: [],
    names: named?.tag === undefined ? [] : [`${named.name}:${named.tag}`],
    ...(found !== undefined && { scan: { ...found, omitted: { vulnerabilities: 0, secrets: 0 } } }),
    ...(failure !== undefined && { failure }),
    ...(layers !== undefined && { chain: chainOf(layers) }),
    ...(signedBy !== undefined && { signatures: signaturesOf(signedBy, held) }),
  };
}

/** Whoever has signed without a key is one whom every trust root knows. */
function signaturesOf(
  signedBy: NonNullable<TestImage['signedBy']>,
  { keys, roots }: { readonly keys: readonly string[]; readonly roots: readonly string[] },
): ImageSignatures {
  const verified = signedBy.flatMap((one) => (typeof one === 'string' ? [fingerprintOf(one)] : []));
  const signers = signedBy.flatMap((one) => (typeof one === 'string' ? [] : roots.map((root) => ({ root, ...one }))));
  return { keys: distinct([...keys, ...verified]), verified, roots: [...roots], signers };
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted(compareText);
}

function fingerprintOf(text: string): string {
  const outcome = readPublicKey(text);
  return outcome.ok ? outcome.key.fingerprint : text.slice('sha256:'.length);
}
