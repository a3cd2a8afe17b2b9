import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

    const missing = keysOf(z.toJSONSchema(WebhookConfig) as Schema).filter((key) => !manual.includes(`\`${key}\``));

    expect(missing).toEqual([]);
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The dotted paths of everything that can be set, but for the heading. */
function keysOf({ properties = {} }: Schema, path = ''): string[] {
  return Object.entries(properties)
    .filter(([key]) => key !== 'apiVersion' && key !== 'kind')
    .flatMap(([key, value]) => (value.properties === undefined ? [path + key] : keysOf(value, `${path}${key}.`)));
}
