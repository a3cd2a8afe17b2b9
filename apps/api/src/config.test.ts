import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { undocumentedKeys } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiConfig } from './config.ts';

const MINIMAL = { store: { file: 'bulkhead.db' }, authority: { folder: 'ca' } };

describe('the configuration of the api', () => {
  it('needs a store and a place for its authority, and has a default for all else', () => {
    expect(ApiConfig.parse(MINIMAL)).toMatchObject({ port: 9443, agents: { port: 9444 }, policy: { source: 'store' } });
    expect(ApiConfig.safeParse({ ...MINIMAL, store: {} }).success).toBe(false);
    expect(ApiConfig.safeParse({ ...MINIMAL, polices: {} }).success).toBe(false);
  });

  it('is documented key by key', () => {
    const manual = readFileSync(join(import.meta.dirname, '../../../docs/reference/api.md'), 'utf8');

    expect(undocumentedKeys(z.toJSONSchema(ApiConfig), manual)).toEqual([]);
  });
});
