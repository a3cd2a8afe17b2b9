import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createNetwork,
  type Host,
  type LineProcess,
  type Network,
  type Outcome,
  redisMissing,
  request,
  startServer,
} from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../../testing/bulkhead.ts';
import { Administrator, Up } from '../../testing/up.ts';

const missing = process.getuid?.() === 0 ? redisMissing() : 'not root';
if (missing !== undefined) process.stderr.write(`skipped: rules that a platform learns: ${missing}\n`);

const HOSTS = ['client', 'server', 'stranger'] as const;
type HostName = (typeof HOSTS)[number];
/** An agent reads what was counted every ten seconds. */
const WAIT = { timeout: 60_000, interval: 500 };

describe.skipIf(missing !== undefined)('rules that a platform learns', () => {
  let folder: string;
  let network: Network;
  let servers: readonly LineProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-learn-'));
    network = await createNetwork('bhl', 'bridged', HOSTS);
    servers = await Promise.all(HOSTS.map((name) => startServer(host(name))));
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await network?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const host = (name: HostName): Host => network.host(name);
  const call = (from: HostName, to: HostName): Promise<Outcome> =>
    request(host(from), host(to), { path: '/', timeoutMs: 5_000 });
  const writeGroups = (mode: string): Promise<void> => {
    const documents = (['client', 'server'] as const).map((name) => ({
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'WorkloadGroup',
      metadata: { name },
      spec: { selector: { netns: [host(name).netns] }, mode },
    }));
    return writeFile(join(folder, 'groups.yaml'), documents.map((each) => JSON.stringify(each)).join('\n---\n'));
  };

  it('hold what was seen on the way from the kernel to the store, once they are applied', async () => {
    const platform = new Up(['--data', join(folder, 'data'), '--netns', '--db', join(folder, 'none')]);
    try {
      const admin = await Administrator.signIn(platform, join(folder, 'data'));
      const { options } = await admin.token('operator');
      const [groups, learned] = [join(folder, 'groups.yaml'), join(folder, 'learned.yaml')];
      const apply = (...files: readonly string[]) => bulkhead(['policy', 'apply', ...files, ...options]);
      await writeGroups('discover');
      expect(apply(groups)).toMatchObject({ status: 0 });
      const learn = () => bulkhead(['policy', 'learn', ...options]);
      // Another namespace of this machine may have the same address: then nobody is called by it.
      const egress = new RegExp(
        `egress:\\n *#.*\\n *- \\{ name: \\S+-8080, action: allow, peers: \\[ (server|${host('server').ipv4}) \\]`,
      );
      const ingress = new RegExp(
        `ingress:\\n *#.*\\n *- \\{ name: \\S+-8080, action: allow, peers: \\[ (client|${host('client').ipv4}) \\]`,
      );
      // Until both ends have told of a call: the first may have been before anybody watched.
      await expect
        .poll(async () => {
          expect(await call('client', 'server')).toMatchObject({ status: 200 });
          const { stdout } = learn();
          return egress.test(stdout) && ingress.test(stdout);
        }, WAIT)
        .toBe(true);

      const { stdout, stderr } = learn();
      expect(stderr).toMatch(/^warning: group client: flows were seen over \d+ minutes? alone/m);
      await writeFile(learned, stdout);
      await writeGroups('protect');
      expect(apply(groups, learned)).toMatchObject({ status: 0 });
      await expect.poll(async () => (await call('stranger', 'server')).status, WAIT).toBeUndefined();
      expect(await call('client', 'server')).toMatchObject({ status: 200 });
      expect((await call('client', 'stranger')).status).toBeUndefined();
      expect((await call('server', 'client')).status).toBeUndefined();
    } finally {
      expect(await platform.end()).toBe(0);
    }
  }, 300_000);
});
