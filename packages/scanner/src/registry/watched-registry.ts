import { MAX_PEM_LENGTH, MAX_TRUST_ROOT_LENGTH, readPublicKey, readTrustRoot } from '@bulkhead/core';
import { z } from 'zod';

/** Longer than any name a registry allows (OCI distribution: 255), short enough to match quickly. */
const MAX_PATTERN = 256;
/** Written by hand or by a script; more is a mistake. */
const MAX_PATTERNS = 1000;
const MAX_PLATFORMS = 32;
/** Who signs has one key, and for some weeks a second one. */
const MAX_KEYS = 16;
/** The public one, and that of a house. */
const MAX_TRUST_ROOTS = 4;

const patterns = z.array(z.string().min(1).max(MAX_PATTERN)).max(MAX_PATTERNS).default([]);
const filter = z.strictObject({ include: patterns, exclude: patterns }).prefault({});
const key = z
  .string()
  .max(MAX_PEM_LENGTH)
  .refine((pem) => readPublicKey(pem).ok, 'must be a public key in PEM: ECDSA, RSA of 2048 bits or more, or Ed25519');
const trustRoot = z
  .string()
  .max(MAX_TRUST_ROOT_LENGTH)
  .superRefine((text, context) => {
    const outcome = readTrustRoot(text);
    if (!outcome.ok) context.addIssue({ code: 'custom', message: `is no trust root: ${outcome.why}` });
  });
const path = z.string().startsWith('/', 'must be an absolute path').max(4096);

/**
 * A registry that is crawled. Credentials are named by the files that hold them and read when they are needed: the
 * store and the queue never see one.
 */
export const WatchedRegistry = z.strictObject({
  name: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens'),
  /** Host and port, without a scheme. */
  host: z
    .string()
    .max(260)
    .regex(/^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/, 'must be HOST or HOST:PORT'),
  /** Plain HTTP. */
  insecure: z.boolean().default(false),
  repositories: filter,
  tags: filter,
  /** As `linux/amd64` or `linux/arm/v7`; every platform where the list is empty. */
  platforms: z
    .array(z.string().regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/, 'must be OS/ARCHITECTURE[/VARIANT]'))
    .max(MAX_PLATFORMS)
    .default(['linux/amd64']),
  /** Public keys (PEM) that signatures of its images are held against, as cosign makes them. */
  keys: z.array(key).max(MAX_KEYS).default([]),
  /** Trust roots that signatures without a key are held against: a `trusted_root.json`, or certificates and keys of logs in PEM. */
  trustRoots: z.array(trustRoot).max(MAX_TRUST_ROOTS).default([]),
  /** A Docker `config.json` whose `auths` has this host. */
  dockerConfigFile: path.optional(),
  /** Or a name, and the file that holds nothing but its password. */
  username: z.string().min(1).max(255).optional(),
  passwordFile: path.optional(),
  /** Certificates (PEM) of the authority that signed the registry's. */
  caFile: path.optional(),
});
export type WatchedRegistry = z.output<typeof WatchedRegistry>;
