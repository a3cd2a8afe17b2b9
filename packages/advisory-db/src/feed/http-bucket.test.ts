import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildDatabase } from '../building/build.ts';
import { clock, NEVER } from '../test-support/build.ts';
import { affected, osvRecord, writeBucket } from '../test-support/osv.ts';
import { type Handler, serve } from '../test-support/server.ts';
import { HttpBucket, urlResource } from './http-bucket.ts';

/** A server in these tests is on this machine: what takes long is broken. */
const PATIENCE = {
  attempts: 3,
  firstDelayMs: 1,
  maxDelayMs: 2000,
  idleMs: 500,
  slowAfterMs: 300,
  minBytesPerSecond: 10_000,
};
const ARCHIVE = '/Red%20Hat/all.zip';

let folder: string;
let bucket: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-http-'));
  const records = [osvRecord('RHSA-2026:1', { affected: [affected('Red Hat:9', 'curl')] })];
  bucket = writeBucket(join(folder, 'bucket'), { 'Red Hat': records });
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('HttpBucket', () => {
  it('reads the bucket’s layout over HTTP', async () => {
    await using server = await serve(bucket);
    const mirror = new HttpBucket(`${server.url}/`, PATIENCE);

    const summary = await build(mirror);

    expect(summary.sources).toMatchObject([{ name: 'Red Hat', records: 1, location: server.url }]);
    expect(server.requests).toEqual(['/ecosystems.txt', '/Red Hat/all.zip']);
    expect(await mirror.record('Red Hat', 'RHSA-2026:1', NEVER)).toEqual(
      readFileSync(join(bucket, 'Red Hat', 'RHSA-2026:1.json')),
    );
    expect(await mirror.record('Red Hat', 'RHSA-2026:2', NEVER)).toBeUndefined();
    expect(readdirSync(folder).toSorted()).toEqual(['advisories.db', 'bucket']);
  });

  it('waits as long as a busy server asks for, and asks again', async () => {
    const seen: number[] = [];
    await using server = await serve(bucket, (request, response) => {
      if (request.url !== ARCHIVE || seen.push(performance.now()) > 2) return false;
      response.writeHead(429, { 'retry-after': '1' }).end();
      return true;
    });

    await build(new HttpBucket(server.url, PATIENCE));

    expect(seen).toHaveLength(3);
    expect((seen[1] ?? 0) - (seen[0] ?? 0)).toBeGreaterThan(990);
  });

  it('goes on where a cut connection ended', async () => {
    const whole = readFileSync(join(bucket, 'Red Hat', 'all.zip'));
    const ranges: unknown[] = [];
    await using server = await serve(bucket, (request, response) => {
      if (request.url !== ARCHIVE) return false;
      ranges.push(request.headers.range, request.headers['if-range']);
      if (ranges.length === 2) {
        response.writeHead(200, { 'content-length': whole.length, etag: '"one"' });
        response.write(whole.subarray(0, 100), () => setTimeout(() => response.destroy(), 50));
      } else {
        const range = `bytes 100-${whole.length - 1}/${whole.length}`;
        const length = whole.length - 100;
        response.writeHead(206, { etag: '"one"', 'content-range': range, 'content-length': length });
        response.end(whole.subarray(100));
      }
      return true;
    });

    const told: (number | undefined)[][] = [];
    const client = new HttpBucket(server.url, PATIENCE);
    const archive = await client.archive('Red Hat', folder, NEVER, (...bytes) => told.push(bytes));

    expect(readFileSync(archive?.path ?? '').equals(whole)).toBe(true);
    await archive?.dispose();
    expect(told[0]).toEqual([100, whole.length]);
    expect(told.at(-1)).toEqual([whole.length, whole.length]);
    expect(ranges).toEqual([undefined, undefined, 'bytes=100-', '"one"']);
  });

  it.each<[string, RegExp, Handler]>([
    ['refuses', /403 Forbidden/, (_, response) => end(response.writeHead(403))],
    ['fails again and again', /503/, (_, response) => end(response.writeHead(503))],
    [
      'asks for more patience than there is',
      /429/,
      (_, response) => end(response.writeHead(429, { 'retry-after': '3600' })),
    ],
    [
      'cuts every answer short',
      /connection was cut/,
      (_, response) => {
        response.writeHead(200, { 'content-length': 5000 });
        response.write('PK', () => response.destroy());
        return true;
      },
    ],
    ['never answers', /nothing came for 0.5 s/, () => true],
    [
      'stops in the middle',
      /nothing came for 0.5 s/,
      (_, response) => {
        response.writeHead(200, { 'content-length': 5000 });
        response.write('PK');
        return true;
      },
    ],
    [
      'drips',
      /only \d+ bytes came/,
      (_, response) => {
        response.writeHead(200, { 'content-length': 5000 });
        const drip = setInterval(() => response.write('P'), 20);
        response.on('close', () => clearInterval(drip));
        return true;
      },
    ],
  ])('gives up a server that %s, and says why', async (_, why, handler) => {
    await using server = await serve(
      bucket,
      (request, response) => request.url === ARCHIVE && handler(request, response),
    );

    await expect(build(new HttpBucket(server.url, PATIENCE))).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
      what: `cannot fetch "${server.url}/Red%20Hat/all.zip"`,
      why: expect.stringMatching(why),
    });
    expect(readdirSync(folder)).toEqual(['bucket']);
  });

  it('gives up a server that is not there, and takes the next', async () => {
    const gone = await serve(bucket);
    await gone[Symbol.asyncDispose]();
    await using server = await serve(bucket);

    await expect(build(new HttpBucket(gone.url, PATIENCE))).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
      why: 'the connection was refused',
    });
    expect(await build(new HttpBucket(gone.url, PATIENCE), new HttpBucket(server.url, PATIENCE))).toMatchObject({
      sources: [{ location: server.url }],
    });
  });

  it('says that a server is no bucket', async () => {
    await using server = await serve(folder);

    await expect(build(new HttpBucket(server.url, PATIENCE))).rejects.toMatchObject({
      code: 'FEED_INVALID',
      why: 'it has no ecosystems.txt',
    });
  });

  it('sends credentials of the address in a header, and names it without them', async () => {
    const headers: unknown[] = [];
    await using server = await serve(bucket, (request) => {
      headers.push(request.headers.authorization);
      return false;
    });
    const mirror = new HttpBucket(server.url.replace('//', '//user:p%40ss@'), PATIENCE);

    await build(mirror);

    expect(mirror.location).toBe(`${server.url}/`);
    expect(new Set(headers)).toEqual(new Set([`Basic ${Buffer.from('user:p@ss').toString('base64')}`]));
  });

  it('stops at once when it is told to', async () => {
    const abort = new AbortController();
    await using server = await serve(bucket, () => {
      abort.abort(new Error('stopped'));
      return true;
    });
    const mirror = new HttpBucket(server.url, { ...PATIENCE, idleMs: 60_000 });

    await expect(mirror.ecosystems(abort.signal)).rejects.toThrow('stopped');
  });
});

describe('urlResource', () => {
  it('says when there is nothing', async () => {
    await using server = await serve(folder);
    const resource = urlResource(`${server.url}/kev.json`, PATIENCE);

    await expect(resource.read(NEVER)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
      why: 'there is nothing at this address',
    });
  });
});

function build(...from: readonly HttpBucket[]): ReturnType<typeof buildDatabase> {
  return buildDatabase({ output: join(folder, 'advisories.db'), from, clock, signal: NEVER });
}

function end(response: { end(): unknown }): boolean {
  response.end();
  return true;
}
