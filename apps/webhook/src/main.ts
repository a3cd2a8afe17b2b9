import { formatProblem, PolicyError } from '@bulkhead/policy';
import { loadConfig, serviceMain } from '@bulkhead/runtime';
import { WebhookConfig } from './config.ts';
import { runWebhook } from './run.ts';

const USAGE = `Usage: bulkhead webhook --config FILE

Answers admission reviews of the Kubernetes API server by AdmissionPolicy documents, over HTTPS. Prints
events as JSON lines on standard output. docs/reference/webhook.md has every key.

  --config FILE   configuration (YAML or JSON)
  --help          this text
`;

await serviceMain({
  name: 'webhook',
  usage: USAGE,
  wrongUse: ['INVALID_POLICY', 'INVALID_CERTIFICATE'],
  // A policy's problems are listed, since each has a place of its own.
  detailsOf: (error) =>
    error instanceof PolicyError && error.problems.length > 1 ? error.problems.map(formatProblem) : [],
  run: (file) => runWebhook(loadConfig({ schema: WebhookConfig, file, environment: process.env })),
});
