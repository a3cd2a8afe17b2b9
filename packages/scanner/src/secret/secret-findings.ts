import type { Severity } from '@bulkhead/core';
import type { SecretFinding } from '../finding/finding.ts';
import type { Inventory } from '../image/inventory.ts';

/**
 * What a detector's secret opens: whole accounts, the supply of software and other secrets are critical; one service is high; what is
 * short-lived, can only be written to, or is often meant to be public is medium. Those that users define are high.
 */
export const SEVERITY_BY_DETECTOR: Readonly<Record<string, Severity>> = {
  'age-key': 'high',
  'ai-service-key': 'high',
  'anthropic-key': 'high',
  'atlassian-token': 'critical',
  'aws-access-key': 'critical',
  'aws-secret-key': 'critical',
  'azure-access-key': 'critical',
  'azure-client-secret': 'critical',
  'azure-sas-signature': 'high',
  'brevo-key': 'high',
  'cloudflare-token': 'critical',
  'contentful-token': 'high',
  'databricks-token': 'critical',
  'datadog-key': 'high',
  'digitalocean-token': 'critical',
  'docker-token': 'critical',
  'doppler-token': 'critical',
  'easypost-key': 'high',
  'figma-token': 'high',
  // Keys of maps and the like stand in every web page that shows one.
  'gcp-api-key': 'medium',
  'gcp-oauth-secret': 'high',
  'github-token': 'critical',
  'gitlab-token': 'critical',
  'google-access-token': 'medium',
  'grafana-token': 'high',
  'heroku-key': 'critical',
  'huggingface-token': 'high',
  // Mostly short-lived, and often an example.
  jwt: 'medium',
  'langsmith-key': 'high',
  'mailgun-key': 'high',
  'netlify-token': 'critical',
  'newrelic-key': 'high',
  'notion-token': 'high',
  'npm-token': 'critical',
  'openai-key': 'high',
  'postman-key': 'high',
  'private-key': 'high',
  'pypi-token': 'critical',
  'sendgrid-key': 'high',
  'shopify-token': 'critical',
  'slack-token': 'high',
  'slack-webhook': 'medium',
  'square-token': 'critical',
  'stripe-key': 'critical',
  'supabase-token': 'critical',
  'tailscale-key': 'critical',
  'telegram-bot-token': 'high',
  'terraform-token': 'critical',
  'twilio-key': 'high',
  'url-password': 'high',
  'vault-token': 'critical',
  'webhook-secret': 'high',
};

/** The secrets of an inventory as findings. */
export function secretFindings({ secrets }: Pick<Inventory, 'secrets'>): readonly SecretFinding[] {
  return secrets.map(({ detector, masked, confidence, line, location }) => ({
    kind: 'secret',
    id: detector,
    severity: Object.hasOwn(SEVERITY_BY_DETECTOR, detector) ? (SEVERITY_BY_DETECTOR[detector] ?? 'high') : 'high',
    confidence,
    masked,
    location: { ...location, line },
  }));
}
