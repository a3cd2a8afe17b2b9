import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Certificate,
  createNetwork,
  type Line,
  LineProcess,
  makeCertificate,
  type Network,
  request,
  startServer,
  startSteadyClient,
} from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CARD_ORDER, missingForNamespaces, PLAIN_ORDER } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined) process.stderr.write(`skipped: required encryption between real namespaces: ${missing}\n`);

const MAIN = join(import.meta.dirname, 'main.ts');
const API_VERSION = 'bulkhead.io/v1alpha1';

describe.skipIf(missing !== undefined)('traffic of a pair of groups', () => {
  let folder: string;
  let network: Network;
  let identity: Certificate;
  let server: LineProcess;
  let agent: LineProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-pair-'));
    network = await createNetwork('bhp', 'bridged', ['shop', 'probe', 'payments']);
    identity = await makeCertificate(folder, ['payments']);
    server = await startServer(network.host('payments'), { identity });
  });
  afterAll(async () => {
    await server?.stop();
    await network?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function withAgent(sensors: readonly unknown[], test: (agent: LineProcess) => Promise<void>): Promise<void> {
    const group = (name: string, spec: object): object => ({
      apiVersion: API_VERSION,
      kind: 'WorkloadGroup',
      metadata: { name },
      spec: { selector: { netns: [network.host(name).netns] }, ...spec },
    });
    const documents = [
      sensor('encryption-required', ['cleartext-traffic'], 'block'),
      sensor('keep-cards', ['payment-card'], 'capture'),
      group('shop', { mode: 'discover' }),
      group('payments', { mode: 'protect', onFailure: 'closed', capture: true, sensors }),
    ];
    await writeFile(join(folder, 'policy.yaml'), documents.map((document) => JSON.stringify(document)).join('\n---\n'));
    const config = join(folder, 'agent.json');
    await writeFile(
      config,
      JSON.stringify({
        policy: ['policy.yaml'],
        workloads: { netns: true },
        metrics: { port: 0 },
        onStop: 'release',
      }),
    );
    agent = new LineProcess('agent', undefined, process.execPath, [MAIN, '--config', config]);
    try {
      await agent.waitFor('protection', (line) => isAbout(line, 'workload-protected'), { withinMs: 20_000 });
      await test(agent);
    } finally {
      await agent.stop();
    }
  }

  const isAbout = (line: Line, event: string): boolean =>
    line.event === event && line.netns === network.host('payments').path;

  const ask = (from: string, more: object = {}) =>
    request(network.host(from), network.host('payments'), { path: '/orders', body: PLAIN_ORDER, ...more });

  it('is stopped in clear and passes in TLS, and nobody else is touched', () =>
    withAgent([{ name: 'encryption-required', from: ['shop'] }], async (running) => {
      const tls = { certificate: identity.certificate, name: 'payments' };

      expect(await ask('shop')).toMatchObject({ error: 'ECONNRESET' });
      expect(await ask('shop', { ip: 6 })).toMatchObject({ error: 'ECONNRESET' });
      expect(await ask('shop', { tls })).toMatchObject({ status: 200 });
      expect(await ask('probe')).toMatchObject({ status: 200 });
      expect(await ask('probe', { tls })).toMatchObject({ status: 200 });

      const finding = await running.waitFor('finding', (line) => isAbout(line, 'finding'));
      expect(finding).toMatchObject({
        detector: 'cleartext-traffic',
        sensor: 'encryption-required',
        masked: 'HTTP/1',
        subject: 'POST /orders',
        verdict: 'block',
      });
      expect(String(finding.client)).toContain(network.host('shop').ipv4);
      expect(server.lines.filter((line) => JSON.stringify(line).includes(PLAIN_ORDER.slice(1, 8))).length).toBeLessThan(
        5,
      );
    }));

  it('that was open in clear before the agent is stopped at its next request', async () => {
    const client = startSteadyClient(network.host('shop'), network.host('payments'));
    try {
      await client.waitFor('an answer', (line) => line.event === 'answered');
      await withAgent([{ name: 'encryption-required', from: ['shop'] }], async () => {
        expect(await client.waitFor('reset', (line) => line.event === 'failed')).toMatchObject({ error: 'ECONNRESET' });
      });
    } finally {
      await client.stop();
    }
  });

  it('is captured without being stopped where a sensor says so', () =>
    withAgent(['keep-cards'], async (running) => {
      expect(await ask('shop', { body: CARD_ORDER })).toMatchObject({ status: 200 });

      expect(await running.waitFor('finding', (line) => isAbout(line, 'finding'))).toMatchObject({
        verdict: 'capture',
      });
      const written = await running.waitFor('capture', (line) => isAbout(line, 'capture-written'));
      const packets = await readFile(String(written.file));
      expect(packets.readUInt32LE(0)).toBe(0x0a0d0d0a);
      expect(packets.includes(CARD_ORDER)).toBe(true);
      expect(running.lines.some((line) => line.event === 'session-blocked')).toBe(false);
    }));
});

function sensor(name: string, detectors: readonly string[], action: string): object {
  return { apiVersion: API_VERSION, kind: 'DataSensor', metadata: { name }, spec: { detectors, action } };
}
