import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Line, LineProcess, makeCertificate, TestControlPlane } from '@bulkhead/lab';
import type { Finding } from '@bulkhead/scanner';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { openStore, type Store } from '@bulkhead/store';
import { image, scanOf, vulnerability } from '@bulkhead/store/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const POLICY = `apiVersion: bulkhead.io/v1alpha1
kind: AdmissionPolicy
metadata: { name: p }
spec:
  mode: protect
  rules:
    - { name: with-fix, vulnerabilities: { severity: high, withFix: true, notScanned: wait } }
`;
const WAIT = { timeout: 60_000, interval: 100 };
const digestOf = (digit: number): string => `sha256:${String(digit).repeat(64)}`;

interface Review {
  readonly allowed: boolean;
  readonly message: string;
}

describe('the webhook of an api', () => {
  let folder: string;
  let store: Store;
  let plane: TestControlPlane;
  let webhook: LineProcess;
  let started: Line;
  const others: LineProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-images-'));
    await makeCertificate(folder, ['127.0.0.1']);
    writeFileSync(join(folder, 'policy.yaml'), POLICY);
    const file = join(folder, 'store.db');
    store = await openStore({ file });
    await store.registries.add(WatchedRegistry.parse({ name: 'hub', host: 'r.example' }));
    await scanned(1, 'shop/web', [vulnerability('CVE-2021-44228', 'log4j-core')]);
    await scanned(2, 'shop/clean', []);
    plane = await TestControlPlane.open({
      folder: join(folder, 'api'),
      policyFile: join(folder, 'policy.yaml'),
      store: { file },
    });
    const { body } = await plane.ask('POST', '/api/v1/tokens', { name: 'webhook', role: 'webhook' });
    writeFileSync(join(folder, 'token'), `${(body as { readonly token: string }).token}\n`);
    webhook = start('webhook', { api: plane.url, caFile: plane.caFile });
    started = await webhook.waitFor('start', is('webhook-started'), { withinMs: 60_000 });
    await webhook.waitFor('images', is('images-known'), { withinMs: 60_000 });
  }, 300_000);

  afterAll(async () => {
    for (const one of [webhook, ...others]) await one?.stop();
    await plane?.close();
    await store?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has an image scanned that nobody has scanned, by the api, and says so in the answer', async () => {
    const first = await review('r.example/shop/new:1');
    expect(first).toMatchObject({ allowed: false, message: expect.stringContaining('; its scan is queued') });
    await expect
      .poll(() => store.wantedImages.wanted(10), WAIT)
      .toEqual([{ registry: 'hub', repository: 'shop/new', reference: '1' }]);

    await review('other.example/new:1');
    await expect
      .poll(async () => (await review('other.example/new:1')).message, WAIT)
      .toContain('no registry that is watched has it, so nobody will scan it');
    expect(await store.wantedImages.wanted(10)).toHaveLength(1);
    await store.wantedImages.settle(await store.wantedImages.wanted(10));
  });

  it('denies a vulnerable image by its tag, with the rule, the finding and the fix', async () => {
    const { allowed, message } = await review('r.example/shop/web:1');

    expect(allowed).toBe(false);
    expect(message).toBe(
      'p/with-fix: container app: image r.example/shop/web:1 (its tag led to sha256:111111111111 when the registry was looked at last) ' +
        'has 1 vulnerability (high or worse, with a fix): CVE-2021-44228 (log4j-core 1.0-1, high, fixed in 2.0); ' +
        'Update log4j-core 1.0-1 to 2.0 in the image',
    );
  });

  it('knows an image by its digest, by that of its index, and wherever it is pulled from', async () => {
    for (const reference of [`r.example/shop/web@${digestOf(1)}`, `mirror.example/x:7@${digestOf(1)}`]) {
      expect(await review(reference)).toMatchObject({
        allowed: false,
        message: expect.not.stringContaining('its tag'),
      });
    }
    await store.scans.noteImages(digestOf(9), [image('', { digest: digestOf(1) })]);
    await expect.poll(() => said(`mirror.example/y@${digestOf(9)}`), WAIT).toContain('CVE-2021-44228');
  });

  it('lets a clean image in, and has one that nobody scanned wait', async () => {
    expect(await review('r.example/shop/clean:1')).toMatchObject({ allowed: true });
    expect(await review('r.example/shop/new:1')).toMatchObject({
      allowed: false,
      message: expect.stringContaining('image r.example/shop/new:1 has not been scanned yet; try again later'),
    });
    await scanned(3, 'shop/new', []);
    await expect.poll(() => review('r.example/shop/new:1'), WAIT).toMatchObject({ allowed: true });
  });

  it('follows what an advisory of today changes, tags that move, and images that go', async () => {
    const judged = { lookedUp: [], database: 'later', findings: [vulnerability('CVE-2026-7', 'zlib')] };
    await store.scans.rejudge(digestOf(2), 'job', now(), () => judged);
    await expect.poll(() => said('r.example/shop/clean:1'), WAIT).toContain('CVE-2026-7');

    await store.scans.noteTags('hub', 'shop/clean', [{ tag: '1', digest: digestOf(3) }], true);
    await expect.poll(() => review('r.example/shop/clean:1'), WAIT).toMatchObject({ allowed: true });

    await store.scans.noteTags('hub', 'shop/clean', [], true);
    await expect.poll(() => said('r.example/shop/clean:1'), WAIT).toContain('has not been scanned yet');
    expect(await review(`r.example/shop/clean@${digestOf(2)}`)).toMatchObject({ allowed: false });
  });

  it('goes on by what it knows while the api is gone, says so, and follows again from where it was', async () => {
    const from = webhook.lines.length;
    await plane.kill();
    await webhook.waitFor('trouble', is('images-unreachable'), { from, withinMs: 60_000 });
    expect((await review('r.example/shop/web:1')).message).toContain('CVE-2021-44228');
    expect(await metrics()).toMatch(/admission_image_failures_total\{what="feed"\} [1-9]/);
    expect(await metrics()).toMatch(/admission_images_current_timestamp_seconds 1[0-9]{9}/);

    await scanned(4, 'shop/late', [vulnerability('CVE-2026-8', 'zlib')]);
    await plane.restart();
    await webhook.waitFor('images', is('images-known'), { from, withinMs: 60_000 });
    await expect.poll(() => said('r.example/shop/late:1'), WAIT).toContain('CVE-2026-8');
  });

  it('answers at once by what it knows while the api is asked and says nothing', async () => {
    const asked = Promise.withResolvers<void>();
    const silent: Server = createServer((socket) => {
      // Read and never answered.
      socket.resume().on('error', () => undefined);
      asked.resolve();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { readonly port: number };
    const one = start('silent', { api: `https://127.0.0.1:${port}`, caFile: plane.caFile, warmUpSeconds: 3_600 });
    others.push(one);
    const line = await one.waitFor('start', is('webhook-started'), { withinMs: 60_000 });
    await asked.promise;

    const answer = await review('r.example/shop/web:1', line);
    expect(answer.message).toContain('has not been scanned yet (what is known of images is still being read)');
    expect(await ask('GET', '/readyz', undefined, line)).toMatchObject({ status: 503 });
    await one.stop();
    await new Promise((resolve) => {
      silent.close(resolve);
    });
  });

  it('trusts no api but that of its authority, and sends it no token', async () => {
    const stranger = start('stranger', { api: plane.url, caFile: join(folder, 'certificate.pem') });
    others.push(stranger);
    const line = await stranger.waitFor('trouble', is('images-unreachable'), { withinMs: 60_000 });

    expect(line['problem']).toContain('certificate');
  });

  it('is told nothing with a token of another role', async () => {
    const { body } = await plane.ask('POST', '/api/v1/tokens', { name: 'x', role: 'operator', namespace: 'shop' });
    writeFileSync(join(folder, 'other-token'), (body as { readonly token: string }).token);
    const other = start('other', { api: plane.url, caFile: plane.caFile, tokenFile: join(folder, 'other-token') });
    others.push(other);
    const line = await other.waitFor('trouble', is('images-unreachable'), { withinMs: 60_000 });

    expect(line['problem']).toContain('status 403');
  });

  function start(name: string, images: object): LineProcess {
    const file = join(folder, `${name}.json`);
    writeFileSync(
      file,
      JSON.stringify({
        policy: [join(folder, 'policy.yaml')],
        host: '127.0.0.1',
        port: 0,
        tls: { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') },
        images: { tokenFile: join(folder, 'token'), everySeconds: 0.2, ...images },
        drainSeconds: 0,
        metrics: { port: 0 },
      }),
    );
    return new LineProcess(name, undefined, process.execPath, [MAIN, '--config', file]);
  }

  /** Has an image scanned whose tag 1 is in a repository. */
  async function scanned(digit: number, repository: string, findings: readonly Finding[]): Promise<void> {
    const one = scanOf(repository, { image: image('', { digest: digestOf(digit) }), findings });
    const { digest } = one.image;
    await store.scans.noteImages(digest, [one.image]);
    await store.scans.noteTags('hub', repository, [{ tag: '1', digest }], true);
    await store.scans.record(one);
  }

  async function said(reference: string): Promise<string> {
    return (await review(reference)).message;
  }

  async function review(reference: string, line = started): Promise<Review> {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'app', image: reference }] },
    };
    const kind = { group: '', version: 'v1', kind: 'Pod' };
    const body = { uid: 'u', kind, operation: 'CREATE', namespace: 'shop', object };
    const text = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: body });
    const answer = await ask('POST', '/validate', text, line);
    const { response } = JSON.parse(answer.text) as {
      readonly response: { readonly allowed: boolean; readonly status?: { readonly message: string } };
    };
    return { allowed: response.allowed, message: response.status?.message ?? '' };
  }

  function ask(
    method: string,
    path: string,
    body: string | undefined,
    line: Line,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const ca = readFileSync(join(folder, 'certificate.pem'));
    const headers = { 'content-type': 'application/json' };
    const to = { host: '127.0.0.1', port: Number(line['port']), method, path, ca, headers, agent: false };
    const sent = request(to, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
    return promise;
  }

  async function metrics(): Promise<string> {
    return (await fetch(String(started['metrics']))).text();
  }
});

function is(event: string): (line: Line) => boolean {
  return (line) => line['event'] === event;
}

function now(): string {
  return new Date().toISOString();
}
