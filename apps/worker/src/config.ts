import { API_VERSION } from '@bulkhead/core';
import { DEFAULT_CACHE_BYTES } from '@bulkhead/oci';
import { QueueConfig } from '@bulkhead/queue';
import { LOG_LEVELS } from '@bulkhead/runtime';
import { IMAGE_SCANNERS } from '@bulkhead/scanner/registry';
import { StoreConfig } from '@bulkhead/store';
import { z } from 'zod';

const MAX_PORT = 65_535;
const MAX_CONCURRENCY = 64;
/** A terabyte: more is a slip of the keyboard. */
const MAX_CACHE_MEGABYTES = 1024 * 1024;
const WEEK_MINUTES = 7 * 24 * 60;

/** The worker's configuration. `apiVersion` and `kind` may head it, as they do every document of Bulkhead. */
export const WorkerConfig = z.strictObject({
  apiVersion: z.literal(API_VERSION).optional(),
  kind: z.literal('WorkerConfig').optional(),
  store: StoreConfig,
  redis: QueueConfig.prefault({}),
  advisories: z.strictObject({
    database: z.string().min(1).describe('File of the advisory database. Every worker of a store reads the same.'),
    from: z
      .array(z.string().min(1))
      .default([])
      .describe('Where updates come from: URLs or folders with the layout of the OSV bucket, asked in order.'),
    everyMinutes: z.int().min(0).max(WEEK_MINUTES).default(60).describe('How often; 0 is never.'),
  }),
  registries: z
    .strictObject({
      everyMinutes: z.int().min(0).max(WEEK_MINUTES).default(60).describe('How often each is crawled; 0 is never.'),
    })
    .prefault({}),
  scan: z
    .strictObject({
      concurrency: z
        .int()
        .min(1)
        .max(MAX_CONCURRENCY)
        .default(8)
        .describe('Images in work at once: while one waits for its registry another is looked into.'),
      scanners: z
        .array(z.enum(IMAGE_SCANNERS))
        .refine((words) => words.includes('vuln'), 'must have vuln: registries are watched for advisories')
        .default([...IMAGE_SCANNERS])
        .describe('What images are looked through for. With one more, images of before are scanned once more.'),
      cacheDir: z
        .string()
        .min(1)
        .optional()
        .describe('Folder that remembers what layers hold; workers may share it. Beside the database if not given.'),
      cacheMegabytes: z
        .int()
        .min(0)
        .max(MAX_CACHE_MEGABYTES)
        .default(DEFAULT_CACHE_BYTES >> 20)
        .describe('What it may take; what was used least lately goes first. 0 is no cache.'),
    })
    .prefault({}),
  lockSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(30)
    .describe('After this time without a sign of life the jobs of a worker are given to others.'),
  graceSeconds: z.int().min(0).max(3600).default(20).describe('What jobs get to finish when the worker ends.'),
  metrics: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether metrics and health are served, on 127.0.0.1 only.'),
      port: z.int().min(0).max(MAX_PORT).default(9_431).describe('Where; 0 takes any free port.'),
    })
    .prefault({}),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('What is said on standard error.'),
});
export type WorkerConfig = z.output<typeof WorkerConfig>;
