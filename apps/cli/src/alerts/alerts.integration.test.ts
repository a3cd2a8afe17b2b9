import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { makeCertificate, TestControlPlane } from '@bulkhead/lab';
import { openStore } from '@bulkhead/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../run.ts';

const WAIT = { timeout: 150_000, interval: 250 };
const MINUTES = 10 * 60_000;

let folder: string;
let receiver: Server;
let status = 503;
/** Identifiers of alerts by the status that their request was answered with. */
const seen: { readonly status: number; readonly id: string; readonly title: string }[] = [];
let plane: TestControlPlane;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-alerts-'));
  const identity = await makeCertificate(folder, ['localhost', '127.0.0.1']);
  const [key, cert] = await Promise.all([readFile(identity.key), readFile(identity.certificate)]);
  receiver = createServer({ key, cert }, (request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += String(part);
    });
    request.on('end', () => {
      const { alerts } = JSON.parse(body) as { readonly alerts: readonly { id: string; title: string }[] };
      seen.push(...alerts.map(({ id, title }) => ({ status, id, title })));
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  await observed(1, 'no queue');
  const { port } = receiver.address() as AddressInfo;
  const pager = { name: 'pager', kind: 'webhook', url: `https://localhost:${port}/`, caFile: identity.certificate };
  // Nobody is there: it stays as it is while the other one is served.
  const away = { name: 'away', kind: 'syslog', transport: 'tcp', host: '127.0.0.1', port: 1 };
  const sinks = [{ ...pager, privateAddresses: true, messagesPerMinute: 600 }, away];
  const policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, '');
  plane = await TestControlPlane.open({ folder, policyFile, alerts: { sinks } });
}, MINUTES);
afterAll(async () => {
  await plane?.kill();
  receiver.close();
  await rm(folder, { recursive: true, force: true });
});

/** Something that an agent told of while nobody was looking: an incident. */
async function observed(sequence: number, problem: string): Promise<void> {
  const store = await openStore({ file: join(folder, 'store.db') });
  const at = new Date().toISOString();
  if (sequence === 1) await store.agents.enrol({ id: 'agent-1', node: 'node-1', enrolledAt: at });
  const document = { event: 'workload-failed', problem, workloads: [{ name: 'web', namespace: 'shop', pod: 'web-1' }] };
  await store.events.append({ agent: 'agent-1', epoch: 1, events: [{ sequence, document }] }, at);
  await store.close();
}

async function bulkhead(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const all = ['alerts', ...args, '--api', plane.url, '--ca', plane.caFile, '--token-file', join(folder, 'token')];
  const code = await run(all, { stdout, stderr, signal: new AbortController().signal }, '1.2.3');
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

describe('alerts', () => {
  it(
    'reach a receiver that failed and recovered, over a crash of the api in between',
    async () => {
      await expect.poll(() => seen.length, WAIT).toBeGreaterThan(0);
      await plane.kill();
      status = 200;
      await plane.restart();

      await expect.poll(() => seen.filter((one) => one.status === 200), WAIT).toHaveLength(1);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(1);
      expect(seen[0]?.title).toBe('a workload is not protected: no queue');
    },
    MINUTES,
  );

  it(
    'that were refused are listed, tried anew and dropped',
    async () => {
      const { body } = await plane.ask('POST', '/api/v1/tokens', { name: 'cli', role: 'operator' });
      await writeFile(join(folder, 'token'), (body as { readonly token: string }).token);
      expect(await bulkhead('test', 'pager')).toMatchObject({ code: 0, stdout: 'pager took the test\n' });
      expect(await bulkhead('test', 'away')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('ECONNREFUSED'),
      });
      expect((await bulkhead('test', 'none')).stderr).toBe('error: There is no alert sink of this name.\n');

      await plane.kill();
      status = 400;
      await observed(2, 'no table');
      await observed(3, 'no kernel');
      await plane.restart();
      await expect.poll(async () => (await bulkhead('sinks')).stdout, WAIT).toMatch(/^pager .* 0 waiting, 2 dead$/m);
      expect((await bulkhead('sinks')).stdout).toMatch(/^away .* 3 waiting, 0 dead$/m);
      const { stdout } = await bulkhead('dead', '--sink', 'pager');
      const lines = stdout.trimEnd().split('\n');
      expect(lines).toHaveLength(2);
      const ids = lines.map((one) => /^(\d+) {2}\S+ {2}pager {2}high: a workload .*status 400\)$/.exec(one)?.[1] ?? '');

      status = 200;
      expect(await bulkhead('retry', ids[0] ?? '')).toMatchObject({ code: 0, stderr: '1 alert to be tried anew\n' });
      await expect.poll(() => seen.filter((one) => one.status === 200), WAIT).toHaveLength(3);
      expect(await bulkhead('retry', ids[0] ?? '')).toMatchObject({ code: 1 });
      expect(await bulkhead('retry')).toMatchObject({ code: 1, stderr: expect.stringContaining('or --all') });
      expect(await bulkhead('drop', '--all')).toMatchObject({ code: 0, stderr: '1 alert dropped\n' });
      expect(await bulkhead('dead')).toEqual({ code: 0, stdout: '', stderr: '' });
    },
    MINUTES,
  );
});
