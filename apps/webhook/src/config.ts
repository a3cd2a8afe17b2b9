import { API_VERSION } from '@bulkhead/core';
import { LOG_LEVELS } from '@bulkhead/runtime';
import { z } from 'zod';

const MAX_PORT = 65_535;
/** An hour: who looks less often does not follow. */
const MAX_FOLLOW_SECONDS = 3_600;
/** Kubernetes' names of objects. */
const objectName = z.string().regex(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/, 'must be the name of an object');

const certificate = z.strictObject({
  secret: objectName.describe(
    'Secret, in the namespace of the webhook, that holds the certificate. Made where there is none.',
  ),
  webhookConfiguration: objectName.describe('ValidatingWebhookConfiguration whose caBundle is kept as it has to be.'),
  names: z
    .array(z.string().min(1).max(253))
    .min(1)
    .max(20)
    .describe('DNS names and addresses the API server calls it by: `bulkhead-webhook.bulkhead.svc`.'),
  days: z
    .number()
    .positive()
    .max(825)
    .default(90)
    .describe('How long a certificate holds. Renewed when two thirds are over.'),
  overlapSeconds: z
    .number()
    .min(1)
    .max(86_400)
    .default(60)
    .describe('How long the next authority is trusted before the next certificate is shown.'),
});

/** The webhook's configuration. `apiVersion` and `kind` may head it, as they do every document of Bulkhead. */
export const WebhookConfig = z
  .strictObject({
    apiVersion: z.literal(API_VERSION).optional(),
    kind: z.literal('WebhookConfig').optional(),
    policy: z.array(z.string().min(1)).default([]).describe('Files and folders with AdmissionPolicy documents.'),
    kubernetes: z
      .strictObject({
        policies: z
          .boolean()
          .default(false)
          .describe('Whether the AdmissionPolicy resources of the cluster are the policies.'),
        kubeconfig: z
          .string()
          .min(1)
          .optional()
          .describe('Whom to ask, and as whom; without it the service account of the pod, or what KUBECONFIG names.'),
        namespace: objectName.optional().describe('Where its Lease and its Secret are; its own namespace without it.'),
        lease: objectName.default('bulkhead-webhook').describe('Lease by which one of several webhooks is the leader.'),
        certificate: certificate.optional().describe('An authority of its own instead of files: see below.'),
      })
      .prefault({}),
    images: z
      .strictObject({
        api: z
          .url({ protocol: /^https$/, error: 'must be an https address such as https://bulkhead-api:9443' })
          .describe('The api that knows what scans found in images.'),
        tokenFile: z.string().min(1).describe('File with a token of the api with the role webhook.'),
        caFile: z.string().min(1).optional().describe('PEM file of the authority of its certificate.'),
        everySeconds: z.number().min(0.1).max(MAX_FOLLOW_SECONDS).default(5).describe('How often it is asked.'),
        warmUpSeconds: z
          .number()
          .min(0)
          .max(MAX_FOLLOW_SECONDS)
          .default(30)
          .describe('How long after its start it is not ready while it does not know all images yet.'),
      })
      .optional(),
    host: z.string().min(1).default('0.0.0.0').describe('Where reviews are answered.'),
    port: z.int().min(0).max(MAX_PORT).default(8443).describe('0 takes any free port.'),
    tls: z
      .strictObject({
        certificate: z
          .string()
          .min(1)
          .describe('PEM file of the certificate, with those between it and its authority.'),
        key: z.string().min(1).describe('PEM file of its key.'),
      })
      .optional(),
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
  })
  .refine(({ policy, kubernetes }) => policy.length > 0 !== kubernetes.policies, {
    message: 'give either policy (files) or kubernetes.policies: true',
    path: ['policy'],
  })
  .refine(({ tls, kubernetes }) => (tls === undefined) !== (kubernetes.certificate === undefined), {
    message: 'give either tls (files) or kubernetes.certificate (an authority of its own)',
    path: ['tls'],
  });
export type WebhookConfig = z.output<typeof WebhookConfig>;
