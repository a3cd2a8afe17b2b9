import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSigned } from '@bulkhead/alerts';
import { type Certificate, makeCertificate } from '@bulkhead/lab';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertWith, send, sinkOf } from '../test-support/config.ts';
import { isReachable } from './reachable.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let folder: string;
let identity: Certificate;
let server: Server;
let port: number;
const received: Received[] = [];
let answer: { status: number; headers: Record<string, string>; body: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-http-'));
  identity = await makeCertificate(folder, ['localhost', '127.0.0.1']);
  const [key, cert] = await Promise.all([readFile(identity.key), readFile(identity.certificate)]);
  server = createServer({ key, cert }, (request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += String(part);
    });
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
  await writeFile(join(folder, 'secret'), 'the shared secret\n');
  await writeFile(join(folder, 'slack'), `https://localhost:${port}/services/T/B/X\n`);
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  received.length = 0;
  answer = { status: 200, headers: {}, body: 'ok' };
});

const here = () => ({ url: `https://localhost:${port}/hook`, caFile: identity.certificate, privateAddresses: true });

describe('a webhook', () => {
  it('signs time and body with the secret of its file', async () => {
    const sink = sinkOf({ kind: 'webhook', ...here(), secretFile: join(folder, 'secret') });

    expect(await send(sink, alertWith('one'), alertWith('two', 'a-2'))).toEqual({ outcome: 'delivered' });
    const [first] = received;
    const { headers, body = '' } = first ?? {};
    const [seconds, signature] = [Number(headers?.['bulkhead-timestamp']), String(headers?.['bulkhead-signature'])];
    expect(isSigned({ secret: 'the shared secret', now: seconds }, { seconds, body, signature })).toBe(true);
    expect(headers?.['bulkhead-delivery']).toBe('a-1');
    expect(JSON.parse(body)).toMatchObject({ version: 1, alerts: [{ id: 'a-1', title: 'one' }, { id: 'a-2' }] });

    await writeFile(join(folder, 'secret'), 'another secret');
    await send(sink, alertWith('three'));
    const [, later] = received;
    const parts = { seconds, body: later?.body ?? '', signature: String(later?.headers['bulkhead-signature']) };
    const now = Number(later?.headers['bulkhead-timestamp']);
    expect(isSigned({ secret: 'another secret', now }, { ...parts, seconds: now })).toBe(true);
  });

  it('sends OCSF where that is asked for', async () => {
    await send(sinkOf({ kind: 'webhook', ...here(), format: 'ocsf' }), alertWith('one'));

    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject([{ class_uid: 2004, metadata: { uid: 'a-1' } }]);
  });

  it.each([
    [503, {}, { mayPass: true }],
    [429, { 'retry-after': '7' }, { mayPass: true, waitMs: 7_000 }],
    [429, { 'retry-after': '999999999' }, { mayPass: true, waitMs: 3_600_000 }],
    [400, {}, { mayPass: false }],
    [307, { location: 'https://example.org/' }, { mayPass: false }],
  ])('takes the status %d with %j for a failure', async (status, headers, expected) => {
    answer = { status, headers, body: 'no\nway' };
    const outcome = await send(sinkOf({ kind: 'webhook', ...here() }), alertWith('x'));

    expect(outcome).toMatchObject({ outcome: 'failed', ...expected });
    expect(outcome).toHaveProperty('problem', expect.stringContaining(`status ${status}: no\uFFFDway`));
    expect(received).toHaveLength(1);
  });

  it('does not go to private addresses, by name or number, unless it may', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]']) {
      const sink = sinkOf({ kind: 'webhook', url: `https://${host}:${port}/`, caFile: identity.certificate });
      expect(await send(sink, alertWith('x'))).toMatchObject({
        outcome: 'failed',
        problem: expect.stringContaining('private') as string,
      });
    }
    expect(received).toEqual([]);
  });

  it('trusts no certificate that its authority has not signed', async () => {
    const sink = sinkOf({ kind: 'webhook', url: here().url, privateAddresses: true });

    expect(await send(sink, alertWith('x'))).toMatchObject({ outcome: 'failed', mayPass: true });
    expect(received).toEqual([]);
  });
});

describe('Slack and Alertmanager', () => {
  it('get what they take', async () => {
    const { caFile, privateAddresses } = here();
    const slack = sinkOf({ kind: 'slack', urlFile: join(folder, 'slack'), caFile, privateAddresses });
    const alertmanager = sinkOf({
      kind: 'alertmanager',
      url: `https://localhost:${port}/am/`,
      caFile,
      tokenFile: join(folder, 'secret'),
    });

    expect(await send(slack, alertWith('<!here>'))).toEqual({ outcome: 'delivered' });
    expect(await send(alertmanager, alertWith('x'))).toEqual({ outcome: 'delivered' });
    const [first, second] = received;
    expect(first).toMatchObject({ path: '/services/T/B/X' });
    expect(first?.body).toContain('&lt;!here&gt;');
    expect(second).toMatchObject({ path: '/am/api/v2/alerts' });
    expect(second?.headers.authorization).toMatch(/^Bearer /);
    expect(JSON.parse(second?.body ?? '')).toMatchObject([{ labels: { alertname: 'BulkheadFinding' } }]);
  });

  it('never say the address of a Slack webhook, which is its secret', async () => {
    const file = join(folder, 'wrong');
    await writeFile(file, 'http://hooks.example.org/T000/the-secret');
    const outcome = await send(sinkOf({ kind: 'slack', urlFile: file }), alertWith('x'));

    expect(outcome).toMatchObject({ outcome: 'failed' });
    expect(JSON.stringify(outcome)).not.toContain('the-secret');
  });
});

describe('an address', () => {
  it.each([
    ['127.0.0.1', false, true],
    ['10.1.2.3', false, true],
    ['::ffff:10.1.2.3', false, true],
    ['fd00::1', false, true],
    ['169.254.169.254', false, false],
    ['::ffff:169.254.169.254', false, false],
    ['fe80::1', false, false],
    ['192.0.2.1', true, true],
    ['2001:db8::1', true, true],
  ])('%s is reached: %s, and with privateAddresses: %s', (address, normally, privately) => {
    expect([isReachable(address, false), isReachable(address, true)]).toEqual([normally, privately]);
  });
});
