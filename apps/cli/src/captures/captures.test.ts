import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { makeCertificate } from '@bulkhead/lab';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../run.ts';

const CONTENT = Buffer.alloc(300_000, 'packets ');

let folder: string;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const ranges: (string | undefined)[] = [];
beforeEach(async () => {
  ranges.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-cli-captures-'));
  const { key, certificate } = await makeCertificate(folder, ['localhost']);
  await writeFile(join(folder, 'token'), 'secret\n');
  server = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function bulkhead(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const api = `https://localhost:${(server.address() as AddressInfo).port}`;
  const at = ['--api', api, '--ca', join(folder, 'certificate.pem'), '--token-file', join(folder, 'token')];
  const code = await run(['captures', ...args, ...at], { stdout, stderr, signal: new AbortController().signal }, '1');
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

const get = (): ReturnType<typeof bulkhead> => bulkhead('get', '17', '--output', join(folder, 'trace.pcapng'));

/** Sends what was asked for, but breaks off after so many bytes. */
function send({ headers }: IncomingMessage, response: ServerResponse, most = CONTENT.length): void {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  const rest = CONTENT.subarray(from);
  response.writeHead(from === 0 ? 200 : 206, { 'content-length': rest.length });
  if (rest.length <= most) response.end(rest);
  else response.write(rest.subarray(0, most), () => response.socket?.end());
}

describe('bulkhead captures get', () => {
  it('writes a capture that its owner alone can read, with the token of the file', async () => {
    let asked = '';
    answer = (request, response) => {
      asked = `${request.method} ${request.url} ${request.headers.authorization}`;
      send(request, response);
    };
    const { code, stderr } = await get();

    expect(code).toBe(0);
    expect(stderr).toContain('300000 bytes');
    expect(asked).toBe('GET /api/v1/events/17/capture Bearer secret');
    const file = join(folder, 'trace.pcapng');
    expect((await readFile(file)).equals(CONTENT)).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('goes on where it broke off, as often as something comes', async () => {
    answer = (request, response) => send(request, response, 100_000);
    expect(await get()).toMatchObject({ code: 0 });
    expect((await readFile(join(folder, 'trace.pcapng'))).equals(CONTENT)).toBe(true);
    // What had come of a broken answer and was not written yet is asked for again.
    const starts = ranges.map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]));
    expect(starts.length).toBeGreaterThan(2);
    expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
  });

  it('gives up where nothing comes any more, and leaves nothing', async () => {
    answer = (request, response) => send(request, response, ranges.length === 1 ? 1_000 : 0);
    const { code, stderr } = await get();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot download the capture of event "17" at /);
    expect(ranges).toHaveLength(6);
    expect((await readdir(folder)).filter((name) => name.startsWith('trace'))).toEqual([]);
  });

  it('says why it is refused, and leaves nothing', async () => {
    answer = (_, response) =>
      void response
        .writeHead(404, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify({ detail: 'There is no capture of an event of this id.' }));
    const { code, stderr } = await get();
    expect(code).toBe(1);
    expect(stderr).toBe('error: There is no capture of an event of this id.\n');
    expect((await readdir(folder)).filter((name) => name.startsWith('trace'))).toEqual([]);
  });
});

describe('bulkhead captures list', () => {
  it('has each by the id of its event, over all pages', async () => {
    const event = (id: number, more: object) => ({ id, at: '2026-11-26T12:00:00.000Z', ...more });
    answer = (request, response) => {
      const isFirst = !request.url?.includes('after=');
      const document = { file: '/var/lib/bulkhead/captures/command-1.pcapng', bytes: 12 };
      const items = isFirst ? [event(2, { namespace: 'shop', workload: 'web-1', document })] : [event(1, { document })];
      response.end(JSON.stringify({ items, ...(isFirst && { next: 'more' }) }));
    };
    expect(await bulkhead('list')).toEqual({
      code: 0,
      stdout:
        '2  2026-11-26T12:00:00.000Z  shop/web-1  12 bytes  command-1.pcapng\n' +
        '1  2026-11-26T12:00:00.000Z  no workload  12 bytes  command-1.pcapng\n',
      stderr: '',
    });
  });
});
