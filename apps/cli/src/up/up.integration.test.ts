import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createNetwork,
  type LineProcess,
  type Network,
  redisMissing,
  request,
  runIn,
  startServer,
} from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';
import { Administrator, Up } from '../testing/up.ts';

const missing = process.getuid?.() === 0 ? redisMissing() : 'not root';
if (missing !== undefined) process.stderr.write(`the platform on one machine is not tested: ${missing}\n`);

/** A number that payment services document for tests, where its field's name gives it away. */
const ORDER = JSON.stringify({ item: 'book', cardNumber: '4111111111111111' });
const WAIT = { timeout: 30_000, interval: 200 };

function policyFor(netns: string): string {
  const head = { apiVersion: 'bulkhead.io/v1alpha1' };
  const sensor = { detectors: ['payment-card'], action: 'block' };
  const group = { selector: { netns: [netns] }, mode: 'protect', sensors: ['stop-cards'] };
  return [
    { ...head, kind: 'DataSensor', metadata: { name: 'stop-cards' }, spec: sensor },
    { ...head, kind: 'WorkloadGroup', metadata: { name: 'server' }, spec: group },
  ]
    .map((document) => JSON.stringify(document))
    .join('\n---\n');
}

describe.skipIf(missing !== undefined)('bulkhead up', () => {
  let folder: string;
  let network: Network;
  let server: LineProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-up-'));
    network = await createNetwork('bhu', 'bridged', ['client', 'server']);
    server = await startServer(network.host('server'));
    await writeFile(join(folder, 'policy.yaml'), policyFor(network.host('server').netns));
  });
  afterAll(async () => {
    await server?.stop();
    await network?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('runs the platform, lets its first administrator in, stops a card, and leaves nothing behind', async () => {
    const host = network.host('server');
    const policy = join(folder, 'policy.yaml');
    const data = join(folder, 'data');
    const first = new Up(['--data', data, '--policy', policy, '--netns', '--db', join(folder, 'none')]);
    try {
      const admin = await Administrator.signIn(first, data);
      await first.says(/^agent +\S+ is in protect, by stop-cards$/m);
      const policies = await admin.get('/api/v1/policies');
      expect(policies).toMatchObject({ status: 200, body: { source: 'files', items: [{}, {}] } });

      const outcome = await request(network.host('client'), host, { path: '/orders', body: ORDER, timeoutMs: 5_000 });
      expect(outcome.status).toBeUndefined();
      await first.says(/^agent +block: payment-card 411111\*+1111 by stop-cards$/m);
      await expect
        .poll(async () => (await admin.get('/api/v1/events?kind=finding')).body, WAIT)
        .toMatchObject({ items: [{ kind: 'finding' }] });
      expect(await runIn(host.path, 'nft', ['list', 'ruleset'])).toContain('table inet bulkhead');
    } finally {
      expect(await first.end()).toBe(0);
    }
    expect(await runIn(host.path, 'nft', ['list', 'ruleset'])).not.toContain('bulkhead');
    expect(existsSync(join(data, 'redis', 'redis.sock'))).toBe(false);

    const second = new Up(['--data', data, '--db', join(folder, 'none')]);
    await second.says(/^ready /m);
    expect(await second.end()).toBe(0);
    expect(second.output).not.toContain('password');
  }, 300_000);

  it('starts an agent again that was killed, and leaves no rule where it has to give up', async () => {
    const host = network.host('server');
    const data = join(folder, 'killed');
    const policy = join(folder, 'policy.yaml');
    const platform = new Up(['--data', data, '--policy', policy, '--netns', '--db', join(folder, 'none')]);
    const protectedAgain = (times: number): Promise<void> =>
      platform.says(new RegExp(`(^agent +\\S+ is in protect, by stop-cards$[^]*){${times}}`, 'm'));
    try {
      await protectedAgain(1);
      process.kill(agentOf(data), 'SIGKILL');
      await platform.says(/^agent +ended by itself \(SIGKILL\): it is started again$/m);
      await protectedAgain(2);
      const outcome = await request(network.host('client'), host, { path: '/orders', body: ORDER, timeoutMs: 5_000 });
      expect(outcome.status).toBeUndefined();

      for (const times of [3, 4, 5]) {
        process.kill(agentOf(data), 'SIGKILL');
        if (times < 5) await protectedAgain(times);
      }
      expect(await platform.ended).toBe(1);
      expect(platform.output).toMatch(/error: the agent ended by itself \(SIGKILL\); read \S+agent\.log/);
    } finally {
      await platform.end();
    }
    expect(await runIn(host.path, 'nft', ['list', 'ruleset'])).not.toContain('bulkhead');
  }, 300_000);

  it('leaves no rule of an agent that was killed while all of it ended', async () => {
    const host = network.host('server');
    const data = join(folder, 'stuck');
    const policy = join(folder, 'policy.yaml');
    const platform = new Up(['--data', data, '--policy', policy, '--netns', '--db', join(folder, 'none')]);
    try {
      await platform.says(/^agent +\S+ is in protect, by stop-cards$/m);
      const agent = agentOf(data);
      // It does not get to end in order.
      process.kill(agent, 'SIGSTOP');
      const ended = platform.end();
      await platform.says(/^ending /m);
      process.kill(agent, 'SIGKILL');
      expect(await ended).toBe(0);
    } finally {
      await platform.end();
    }
    expect(await runIn(host.path, 'nft', ['list', 'ruleset'])).not.toContain('bulkhead');
  }, 300_000);

  it('keeps a policy that is applied with a token', async () => {
    const data = join(folder, 'kept');
    const platform = new Up(['--data', data, '--db', join(folder, 'none')]);
    try {
      const { file, options } = await (await Administrator.signIn(platform, data)).token('ci');
      const apply = (...more: string[]) =>
        bulkhead(['policy', 'apply', join(folder, 'policy.yaml'), ...options, ...more]);

      expect(apply('--dry-run')).toMatchObject({ status: 0, stderr: '2 changes would be made\n' });
      expect(apply()).toMatchObject({
        status: 0,
        stdout: 'WorkloadGroup/server added\nDataSensor/stop-cards added\n',
        stderr: '2 changes; the policy has version 2\n',
      });
      expect(apply()).toMatchObject({ status: 0, stdout: '', stderr: '0 changes; the policy has version 2\n' });
      await writeFile(file, 'nonsense');
      expect(apply()).toMatchObject({ status: 1, stderr: 'error: Sign in, or send a valid token.\n' });
    } finally {
      expect(await platform.end()).toBe(0);
    }
  }, 300_000);

  it('ends, and says why, when a part of it cannot start', async () => {
    const policy = join(folder, 'broken.yaml');
    await writeFile(policy, 'kind: Nonsense\n');

    const broken = new Up(['--data', join(folder, 'other'), '--policy', policy]);

    expect(await broken.ended).toBe(1);
    expect(broken.output).toMatch(/error: the api did not start: it ended \(exit code 2\); read \S+api\.log/);
  }, 120_000);
});

/** The process of the agent whose data are in a folder. */
function agentOf(data: string): number {
  const config = join(data, 'run', 'agent.json');
  const pid = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((name) => commandOf(name).includes(config));
  return Number(pid);
}

function commandOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
