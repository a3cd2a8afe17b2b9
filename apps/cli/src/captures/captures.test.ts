import { readdir, readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApi } from '../test-support/test-api.ts';

const CONTENT = Buffer.alloc(300_000, 'packets ');

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.open();
});
afterEach(() => api.close());

const get = (): ReturnType<TestApi['bulkhead']> =>
  api.bulkhead('captures', 'get', '17', '--output', join(api.folder, 'trace.pcapng'));
const left = async (): Promise<readonly string[]> =>
  (await readdir(api.folder)).filter((name) => name.startsWith('trace'));

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
    api.answer = (request, response) => {
      asked = `${request.method} ${request.url} ${request.headers.authorization}`;
      send(request, response);
    };
    const { code, stderr } = await get();

    expect(code).toBe(0);
    expect(stderr).toContain('300000 bytes');
    expect(asked).toBe('GET /api/v1/events/17/capture Bearer secret');
    const file = join(api.folder, 'trace.pcapng');
    expect((await readFile(file)).equals(CONTENT)).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('goes on where it broke off, as often as something comes', async () => {
    api.answer = (request, response) => send(request, response, 100_000);
    expect(await get()).toMatchObject({ code: 0 });
    expect((await readFile(join(api.folder, 'trace.pcapng'))).equals(CONTENT)).toBe(true);
    // What had come of a broken answer and was not written yet is asked for again.
    const starts = api.requests.map(({ headers }) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? 'bytes=0-')?.[1]));
    expect(starts.length).toBeGreaterThan(2);
    expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
  });

  it('gives up where nothing comes any more, and leaves nothing', async () => {
    api.answer = (request, response) => send(request, response, api.requests.length === 1 ? 1_000 : 0);
    const { code, stderr } = await get();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot download the capture of event "17" at /);
    expect(api.requests).toHaveLength(6);
    expect(await left()).toEqual([]);
  });

  it('says why it is refused, and leaves nothing', async () => {
    api.answer = (_, response) =>
      void response
        .writeHead(404, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify({ detail: 'There is no capture of an event of this id.' }));
    const { code, stderr } = await get();
    expect(code).toBe(1);
    expect(stderr).toBe('error: There is no capture of an event of this id.\n');
    expect(await left()).toEqual([]);
  });

  it('reads no more of a refusal than one has', async () => {
    api.answer = (_, response) => {
      response.writeHead(500);
      // Without a length, and without an end.
      const more = (): void => void response.write(Buffer.alloc(16_384, 'x'), (error) => error ?? more());
      more();
    };
    const { code, stderr } = await get();
    expect(code).toBe(1);
    expect(stderr).toContain('its answer is too long');
    expect(await left()).toEqual([]);
  });
});

describe('bulkhead captures list', () => {
  it('has each by the id of its event, over all pages', async () => {
    const event = (id: number, more: object) => ({ id, at: '2026-11-26T12:00:00.000Z', ...more });
    api.answer = (request, response) => {
      const isFirst = !request.url?.includes('after=');
      const document = { file: '/var/lib/bulkhead/captures/command-1.pcapng', bytes: 12 };
      const items = isFirst ? [event(2, { namespace: 'shop', workload: 'web-1', document })] : [event(1, { document })];
      response.end(JSON.stringify({ items, ...(isFirst && { next: 'more' }) }));
    };
    expect(await api.bulkhead('captures', 'list')).toEqual({
      code: 0,
      stdout:
        '2  2026-11-26T12:00:00.000Z  shop/web-1  12 bytes  command-1.pcapng\n' +
        '1  2026-11-26T12:00:00.000Z  no workload  12 bytes  command-1.pcapng\n',
      stderr: '',
    });
  });
});
