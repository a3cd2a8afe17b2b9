import { AlertSinkConfigs } from '@bulkhead/alert-sinks';
import { API_VERSION } from '@bulkhead/core';
import { LOG_LEVELS } from '@bulkhead/runtime';
import { StoreConfig } from '@bulkhead/store';
import { z } from 'zod';
import { OidcConfig } from './oidc/oidc-config.ts';

const MAX_PORT = 65_535;
const MAX_DAYS = 3_660;
const DAY_MINUTES = 24 * 60;

/** The api's configuration. `apiVersion` and `kind` may head it, as they do every document of Bulkhead. */
export const ApiConfig = z.strictObject({
  apiVersion: z.literal(API_VERSION).optional(),
  kind: z.literal('ApiConfig').optional(),
  store: StoreConfig,
  host: z.string().min(1).default('0.0.0.0').describe('Where the api is served.'),
  port: z.int().min(0).max(MAX_PORT).default(9_443).describe('0 takes any free port.'),
  names: z
    .array(z.string().min(1))
    .min(1)
    .default(['localhost', '127.0.0.1', '::1'])
    .describe('Names and addresses by which it is called; the certificates of its own authority have them.'),
  tls: z
    .strictObject({
      certificate: z.string().min(1).describe('PEM file of the certificate, with those between it and its authority.'),
      key: z.string().min(1).describe('PEM file of its key.'),
    })
    .optional()
    .describe('Without it the api has a certificate of its own authority.'),
  authority: z
    .strictObject({ folder: z.string().min(1).describe('Folder of the authority, which is made where there is none.') })
    .describe('The authority that agents trust, and browsers where no other certificate is given.'),
  agents: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether agents are served.'),
      host: z.string().min(1).default('0.0.0.0').describe('Where.'),
      port: z.int().min(0).max(MAX_PORT).default(9_444).describe('0 takes any free port.'),
      tokenFile: z
        .string()
        .min(1)
        .optional()
        .describe('File that gets, at each start, a token for agents of this machine to enrol with.'),
    })
    .prefault({}),
  policy: z
    .strictObject({
      source: z
        .enum(['store', 'files', 'cluster'])
        .default('store')
        .describe('Where the policy is kept: changed by the api, in files, or as custom resources of the cluster.'),
      files: z.array(z.string().min(1)).default([]).describe('Files and folders of policy documents.'),
    })
    .prefault({}),
  kubernetes: z
    .strictObject({
      kubeconfig: z
        .string()
        .min(1)
        .optional()
        .describe('How to reach the cluster; in a pod its service account says it.'),
      namespace: z
        .string()
        .min(1)
        .max(63)
        .optional()
        .describe('Where its lease and its Secret are; its own if not given.'),
      lease: z.string().min(1).max(253).default('bulkhead-api').describe('By which one of several writes statuses.'),
      enrolmentSecret: z
        .string()
        .min(1)
        .max(253)
        .optional()
        .describe('Secret whose key `token` the api keeps valid, for agents of the cluster to enrol with.'),
      webhookSecret: z
        .string()
        .min(1)
        .max(253)
        .optional()
        .describe('Secret in which the api keeps a `token` and its `ca.crt`, for the webhook to ask it about images.'),
      authoritySecret: z
        .string()
        .min(1)
        .max(253)
        .optional()
        .describe(
          'Secret that keeps the authority instead of `authority.folder`, for several apis; it begins with that of the folder.',
        ),
    })
    .prefault({})
    .describe('The cluster, for `policy.source: cluster` and the Secrets.'),
  admin: z
    .strictObject({
      name: z.string().min(1).max(253).default('admin').describe('Name of the first account.'),
      passwordFile: z
        .string()
        .min(1)
        .optional()
        .describe('File with its password. Without one it is generated, and said once on standard output.'),
    })
    .prefault({}),
  session: z
    .strictObject({
      idleMinutes: z.int().min(1).max(DAY_MINUTES).default(60).describe('After this without a request it ends.'),
      hours: z.int().min(1).max(720).default(12).describe('After this it ends all the same.'),
    })
    .prefault({}),
  oidc: OidcConfig.optional().describe('An OpenID provider where people sign in.'),
  lockout: z
    .strictObject({
      failures: z.int().min(3).max(100).default(5).describe('Wrong passwords of an account in a row that lock it.'),
      minutes: z.int().min(1).max(DAY_MINUTES).default(15).describe('For how long.'),
    })
    .prefault({}),
  retention: z
    .strictObject({
      days: z
        .int()
        .min(1)
        .max(MAX_DAYS)
        .default(30)
        .describe('How long events, and flows, programs and files not seen since, are kept.'),
      maxEvents: z.int().min(1_000).max(2_000_000_000).default(5_000_000).describe('Of more, the oldest go.'),
    })
    .prefault({}),
  alerts: z
    .strictObject({
      sinks: AlertSinkConfigs.default([]).describe('Who is told of alerts.'),
      repeatMinutes: z
        .int()
        .min(1)
        .max(MAX_DAYS * DAY_MINUTES)
        .default(60)
        .describe('After how long an incident that goes on is told of again, until somebody acknowledges it.'),
    })
    .prefault({}),
  trustedProxies: z
    .array(z.string().min(1))
    .default([])
    .describe('Addresses and prefixes of proxies whose X-Forwarded-For says who asks.'),
  metrics: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether metrics and health are served in clear.'),
      host: z.string().min(1).default('127.0.0.1').describe('Where; in a pod 0.0.0.0, so that they can be scraped.'),
      port: z.int().min(0).max(MAX_PORT).default(9_433).describe('0 takes any free port.'),
    })
    .prefault({}),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('What is said on standard error.'),
});
export type ApiConfig = z.output<typeof ApiConfig>;
