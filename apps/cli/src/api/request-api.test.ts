import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApi } from '../test-support/test-api.ts';
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

describe('an api that takes no more requests for now', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const answerAfter = (refusals: number, retryAfter: string): void => {
    api.answer = (_, response) => {
      const isRefused = api.requests.length <= refusals;
      response.writeHead(isRefused ? 429 : 200, { 'content-type': 'application/json', 'retry-after': retryAfter });
      response.end(JSON.stringify(isRefused ? { detail: 'Too many requests.' } : { items: [] }));
    };
  };

  it('is asked again when it says', async () => {
    answerAfter(2, '0');

    expect(await api.bulkhead('workloads', 'list')).toMatchObject({ code: 0, stderr: '' });
    expect(api.requests).toHaveLength(3);
  });

  it('is not asked for ever', async () => {
    answerAfter(100, '0');

    expect(await api.bulkhead('workloads', 'list')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Too many requests.\n'),
    });
    expect(api.requests).toHaveLength(4);
  });

  it.each(['3600', 'Wed, 21 Oct 2026 07:28:00 GMT', ''])('is not waited for where it says %j', async (retryAfter) => {
    answerAfter(1, retryAfter);

    expect(await api.bulkhead('workloads', 'list')).toMatchObject({ code: 1 });
    expect(api.requests).toHaveLength(1);
  });
});
