import { API_VERSION } from '@bulkhead/core';
import { LOG_LEVELS } from '@bulkhead/runtime';
import { z } from 'zod';

const MAX_PORT = 65_535;
/** An hour: who looks less often does not follow. */
const MAX_FOLLOW_SECONDS = 3_600;

/** The webhook's configuration. `apiVersion` and `kind` may head it, as they do every document of Bulkhead. */
export const WebhookConfig = z.strictObject({
  apiVersion: z.literal(API_VERSION).optional(),
  kind: z.literal('WebhookConfig').optional(),
  policy: z.array(z.string().min(1)).min(1).describe('Files and folders with AdmissionPolicy documents.'),
  host: z.string().min(1).default('0.0.0.0').describe('Where reviews are answered.'),
  port: z.int().min(0).max(MAX_PORT).default(8443).describe('0 takes any free port.'),
  tls: z.strictObject({
    certificate: z.string().min(1).describe('PEM file of the certificate, with those between it and its authority.'),
    key: z.string().min(1).describe('PEM file of its key.'),
  }),
  followSeconds: z
    .number()
    .min(0.1)
    .max(MAX_FOLLOW_SECONDS)
    .default(2)
    .describe('How often the files of policy and certificate are looked at for changes.'),
  drainSeconds: z
    .number()
    .min(0)
    .max(600)
    .default(5)
    .describe('How long it still answers after it was told to end, while endpoints are updated.'),
  metrics: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether metrics and health are served in clear.'),
      host: z.string().min(1).default('127.0.0.1').describe('Where; in a pod 0.0.0.0, so that they can be scraped.'),
      port: z.int().min(0).max(MAX_PORT).default(9_432).describe('0 takes any free port.'),
    })
    .prefault({}),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('What is said on standard error.'),
});
export type WebhookConfig = z.output<typeof WebhookConfig>;
