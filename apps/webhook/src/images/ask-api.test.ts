import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFeed, type ImagesConfig } from './ask-api.ts';

const MEGABYTE = 1024 * 1024;
/** More than an answer may have, and not much more: a busy machine takes its time over hundreds of megabytes. */
const TOO_LONG = 9 * MEGABYTE;

describe('the feed of an api', () => {
  let folder: string;
  let server: Server;
  let feed: ApiFeed;
  /** How long what is said of one image is. */
  let imageBytes = 0;
  const asked: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-ask-'));
    const { certificate, key } = await makeCertificate(folder, ['127.0.0.1']);
    server = createServer({ cert: await readFile(certificate), key: await readFile(key) }, (request, response) => {
      const limit = Number(new URL(request.url ?? '', 'https://127.0.0.1').searchParams.get('limit'));
      asked.push(`${limit} of ${request.headers.authorization}`);
      const length = Math.min(limit, Math.ceil(TOO_LONG / imageBytes));
      const changes = Array.from({ length }, () => 'a'.repeat(imageBytes));
      response.end(JSON.stringify({ reset: false, changes, next: 'n', more: true }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'secret\n');
    const api = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    feed = new ApiFeed({ api, caFile: certificate, tokenFile } as ImagesConfig);
  });

  afterAll(async () => {
    feed.close();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('comes image by image where several at once are too long, and fails where one is', async () => {
    const { signal } = new AbortController();
    const after = () => feed.after('p', signal);

    imageBytes = 100;
    expect((await after()).changes).toHaveLength(50);
    imageBytes = MEGABYTE;
    expect((await after()).changes).toHaveLength(1);
    imageBytes = TOO_LONG;
    await expect(after()).rejects.toThrow('its answer is too long');
    expect(asked).toEqual([50, 50, 1, 50, 1].map((limit) => `${limit} of Bearer secret`));
  });
});
