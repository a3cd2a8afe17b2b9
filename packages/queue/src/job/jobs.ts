import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JobContract } from './contract.ts';

const registry = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
  .max(63);
const repository = z
  .string()
  .max(255)
  .regex(/^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/);
const digest = z.string().regex(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/);
const key = z.strictObject({ ecosystem: z.string().max(500), name: z.string().max(500) });

/** More keys make another job: a portion is judged again after a crash, and it should be short. */
export const MAX_KEYS = 2_000;

export const ScanImageJob = z.strictObject({ registry, repository, digest });
export type ScanImageJob = z.output<typeof ScanImageJob>;

/** Scans the image of a digest. The same digest is scanned once, wherever it was seen. */
export const SCAN_IMAGE: JobContract<ScanImageJob> = {
  queue: 'scan.image',
  schema: ScanImageJob,
  keyOf: (job) => job.digest.replace(':', '-'),
  attempts: 5,
  firstRetryMs: 2_000,
};

export const ScanRegistryJob = z.strictObject({ registry });
export type ScanRegistryJob = z.output<typeof ScanRegistryJob>;

export const ScanReferenceJob = z.strictObject({
  registry,
  repository,
  reference: z.union([digest, z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/)]),
});
export type ScanReferenceJob = z.output<typeof ScanReferenceJob>;

/** Looks at one tag or digest that somebody asked about, and asks for what is behind it and was not scanned. */
export const SCAN_REFERENCE: JobContract<ScanReferenceJob> = {
  queue: 'scan.reference',
  schema: ScanReferenceJob,
  keyOf: (job) =>
    createHash('sha256')
      .update(JSON.stringify([job.registry, job.repository, job.reference]))
      .digest('hex'),
  attempts: 3,
  firstRetryMs: 2_000,
};

/** Crawls a registry. */
export const SCAN_REGISTRY: JobContract<ScanRegistryJob> = {
  queue: 'scan.registry',
  schema: ScanRegistryJob,
  keyOf: (job) => job.registry,
  attempts: 3,
  firstRetryMs: 10_000,
};

export const AdvisoryUpdateJob = z.strictObject({});
export type AdvisoryUpdateJob = z.output<typeof AdvisoryUpdateJob>;

/** Updates the advisory database from its feeds. */
export const ADVISORY_UPDATE: JobContract<AdvisoryUpdateJob> = {
  queue: 'advisory.update',
  schema: AdvisoryUpdateJob,
  keyOf: () => 'update',
  attempts: 3,
  firstRetryMs: 30_000,
};

export const RescanJob = z.strictObject({
  /** The update that changed the keys. */
  update: z.string().min(1).max(200),
  keys: z.array(key).min(1).max(MAX_KEYS),
});
export type RescanJob = z.output<typeof RescanJob>;

/** Judges the images again that changed advisories can affect. */
export const RESCAN: JobContract<RescanJob> = {
  queue: 'rescan',
  schema: RescanJob,
  keyOf: (job) =>
    createHash('sha256')
      .update(JSON.stringify([job.update, job.keys.map(({ ecosystem, name }) => [ecosystem, name])]))
      .digest('hex'),
  attempts: 10,
  firstRetryMs: 2_000,
};

export const MatchScanJob = z.strictObject({ scan: z.string().regex(/^[0-9a-z]{1,64}$/) });
export type MatchScanJob = z.output<typeof MatchScanJob>;

/** Holds what an agent found in a container or on its node against the advisories. */
export const MATCH_SCAN: JobContract<MatchScanJob> = {
  queue: 'scan.match',
  schema: MatchScanJob,
  keyOf: (job) => job.scan,
  attempts: 3,
  firstRetryMs: 2_000,
};

/** Every queue there is. */
export const CONTRACTS = [SCAN_IMAGE, SCAN_REFERENCE, SCAN_REGISTRY, ADVISORY_UPDATE, RESCAN, MATCH_SCAN] as const;
