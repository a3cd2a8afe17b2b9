import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlace } from './request-api.ts';

let folder: string;
let tokenFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-place-'));
  tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'bha1_secret\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the place of an api', () => {
  it.each(['localhost:9443', 'http://localhost:9443', 'localhost', ''])('is not %j', async (api) => {
    await expect(openPlace({ api, tokenFile }, '/api/v1/workloads', 'cannot ask')).rejects.toThrow(
      `cannot ask: ${JSON.stringify(api)} is no https address`,
    );
  });

  it.each(['', 'two lines\nof text', 'ключ'])('is not asked with %j for a token', async (text) => {
    writeFileSync(tokenFile, text);

    await expect(openPlace({ api: 'https://localhost', tokenFile }, '/', 'cannot ask')).rejects.toThrow(
      'holds no token',
    );
  });

  it('is asked with the token of a file', async () => {
    const { url, authorization } = await openPlace({ api: 'https://localhost:9443', tokenFile }, '/api', 'cannot ask');

    expect([url.href, authorization]).toEqual(['https://localhost:9443/api', 'Bearer bha1_secret']);
  });
});
