import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { undocumentedKeys } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { WebhookConfig } from './config.ts';

const MINIMAL = { policy: ['policy/'], tls: { certificate: 'tls.crt', key: 'tls.key' } };

describe('the webhook configuration', () => {
  it('needs policies and a certificate, and has a default for all else', () => {
    expect(WebhookConfig.parse(MINIMAL)).toMatchObject({ port: 8443, followSeconds: 2, metrics: { port: 9432 } });
    expect(WebhookConfig.safeParse({ ...MINIMAL, policy: [] }).success).toBe(false);
    expect(WebhookConfig.safeParse({ ...MINIMAL, polices: [] }).success).toBe(false);
  });

  it('is documented key by key', () => {
    const manual = readFileSync(join(import.meta.dirname, '../../../docs/reference/webhook.md'), 'utf8');

    expect(undocumentedKeys(z.toJSONSchema(WebhookConfig), manual)).toEqual([]);
  });
});
