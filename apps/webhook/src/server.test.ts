import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { type Certificate, makeCertificate } from '@bulkhead/lab';
import { createMetrics } from '@bulkhead/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCertificate } from './certificate/certificate.ts';
import { createWebhookMetrics } from './metrics.ts';
import { createReviewHandler } from './review/handler.ts';
import { type ReviewServer, startReviewServer } from './server.ts';

const REVIEW = JSON.stringify({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'u', kind: { group: '', version: 'v1', kind: 'Pod' }, operation: 'CREATE', object: {}, dryRun: null },
});

let folder: string;
let files: Certificate;
let server: ReviewServer;
let registry: ReturnType<typeof createMetrics>;
let notReady: string | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-review-'));
  files = await makeCertificate(folder, ['127.0.0.1']);
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  notReady = undefined;
  registry = createMetrics({ processMetrics: false });
  const metrics = createWebhookMetrics(registry);
  const clock = { now: () => 0 };
  server = await startReviewServer({
    host: '127.0.0.1',
    port: 0,
    certificate: await readCertificate(files),
    handle: createReviewHandler(() => [], { clock, metrics, emit: () => undefined }),
    metrics,
    onInternal: () => undefined,
    notReady: () => notReady,
  });
});
afterEach(() => server.close());

describe('the review server', () => {
  it('answers a review over HTTPS with the uid it asked about', async () => {
    const { status, text } = await send('POST', '/validate?timeout=5s', REVIEW);

    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'u', allowed: true },
    });
    expect(await registry.registry.metrics()).toContain('outcome="passed-over",dry_run="false"} 1');
  });

  it.each<readonly [string, string, string, string, number, string]>([
    ['GET', '/validate', '', 'application/json', 405, 'method'],
    ['POST', '/other', REVIEW, 'application/json', 404, 'path'],
    ['POST', '/validate', REVIEW, 'text/plain', 415, 'type'],
    ['POST', '/validate', '{', 'application/json', 400, 'malformed'],
    ['POST', '/validate', '{}', 'application/json', 400, 'malformed'],
    ['POST', '/validate', REVIEW.replace('/v1"', '/v1beta1"'), 'application/json', 400, 'malformed'],
    ['POST', '/validate', REVIEW.replace('"u"', '""'), 'application/json', 400, 'malformed'],
    ['POST', '/validate', `{"a":${'['.repeat(500_000)}`, 'application/json', 400, 'malformed'],
    ['POST', '/validate', ' '.repeat(9 * 1024 * 1024), 'application/json', 413, 'size'],
  ])('refuses %s %s and counts it (%#)', async (method, path, body, type, status, why) => {
    expect((await send(method, path, body, type)).status).toBe(status);
    expect(await registry.registry.metrics()).toContain(`admission_refused_total{why="${why}"} 1`);
  });

  it('refuses a body that grows beyond its bound without having said how long it is', async () => {
    const { status } = await send('POST', '/validate', ' '.repeat(9 * 1024 * 1024), 'application/json', true);

    expect(status).toBe(413);
  });

  it('is alive, and ready until it has a reason not to be', async () => {
    expect((await send('GET', '/healthz', '')).status).toBe(200);
    expect((await send('GET', '/readyz', '')).status).toBe(200);
    notReady = 'it is shutting down';
    expect(await send('GET', '/readyz', '')).toEqual({ status: 503, text: 'it is shutting down\n' });
  });

  it('refuses reviews beyond those it can hold, and is alive all the same', async () => {
    const slow = await Promise.all(Array.from({ length: 32 }, startReview));
    await expect.poll(async () => (await send('POST', '/validate', REVIEW)).status).toBe(503);

    expect((await send('GET', '/healthz', '')).status).toBe(200);
    expect((await send('GET', '/readyz', '')).status).toBe(200);
    for (const socket of slow) socket.destroy();
    await expect.poll(async () => (await send('POST', '/validate', REVIEW)).status).toBe(200);
  });

  it('speaks no TLS older than 1.2, and shows a new certificate to new connections', async () => {
    await expect(peerName('TLSv1.1')).rejects.toThrow(/protocol|version|alert/i);
    const before = await peerName('TLSv1.3');
    const other = mkdtempSync(join(tmpdir(), 'bulkhead-review-'));
    server.use(await readCertificate(await makeCertificate(other, ['127.0.0.1'])));
    rmSync(other, { recursive: true });

    expect(await peerName('TLSv1.3')).not.toBe(before);
  });
});

describe('readCertificate', () => {
  it('refuses a key that belongs to another certificate, and what is no certificate', async () => {
    const other = mkdtempSync(join(tmpdir(), 'bulkhead-review-'));
    const { key } = await makeCertificate(other, ['127.0.0.1']);

    await expect(readCertificate({ ...files, key })).rejects.toMatchObject({ code: 'INVALID_CERTIFICATE' });
    await expect(readCertificate({ ...files, certificate: key })).rejects.toMatchObject({
      code: 'INVALID_CERTIFICATE',
    });
    await expect(readCertificate({ ...files, key: join(other, 'x') })).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
    });
    rmSync(other, { recursive: true });
  });
});

function send(
  method: string,
  path: string,
  body: string,
  type = 'application/json',
  chunked = false,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, ...(chunked ? {} : { 'content-length': Buffer.byteLength(body) }) };
    const agent = new Agent({ ca: readFileSync(files.certificate) });
    const sent = request({ host: '127.0.0.1', port: server.port, method, path, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => {
        agent.destroy();
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    // The server answers before it has read all of a body that is too large, and closes.
    let answered = false;
    sent.on('response', () => {
      answered = true;
    });
    sent.on('error', (error) => {
      if (!answered) reject(error);
    });
    sent.end(body);
  });
}

/** Begins a review whose body does not come. */
function startReview(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false }, () => {
      socket.write('POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n');
      resolve(socket);
    });
    socket.on('error', reject);
  });
}

function peerName(version: 'TLSv1.1' | 'TLSv1.3'): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, rejectUnauthorized: false };
    const socket = connect({ ...options, minVersion: version, maxVersion: version }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
