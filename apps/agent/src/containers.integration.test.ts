import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CriClient } from '@bulkhead/cri';
import { type Containerd, missingForContainerd, startContainerd } from '@bulkhead/cri/test-support';
import { type Host, type Line, LineProcess, request, runIn } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import { CARD_ORDER, PLAIN_ORDER } from './test-support/stand.ts';

const missing = missingForContainerd();
if (missing !== undefined) process.stderr.write(`skipped: the agent on a real containerd: ${missing}\n`);

const POLICY = `
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: web }
spec:
  selector: { namespaces: [shop], labels: { matchLabels: { app: web } } }
  mode: protect
  sensors: [payment-cards]
`;

const CUT = `${POLICY}
---
apiVersion: bulkhead.io/v1alpha1
kind: ResponseRule
metadata: { name: cut-off-leaks }
spec: { groups: [web], when: { events: [finding] }, actions: [quarantine] }
`;

describe.skipIf(missing !== undefined)('the agent on a real containerd', () => {
  it('holds a pod to its policy before a container of it runs', async () => {
    await withAgent(async (containerd, agent) => {
      const pod = { namespace: 'shop', name: 'web-0', labels: { app: 'web' }, containers: [] };
      await containerd.startPod(pod);
      const held = await agent.waitFor('protection', (line) => line.event === 'workload-protected');

      expect(held).toMatchObject({ workloads: [{ name: 'web-0', namespace: 'shop', pod: 'web-0' }], groups: ['web'] });
      expect(await runIn(String(held.netns), 'nft', ['list', 'ruleset'])).toContain('table inet bulkhead');
    });
  });

  it('protects the pods that its policy selects by namespace and label, and no others', async () => {
    await withAgent(async (containerd, agent) => {
      const containers = [{ name: 'httpd', command: ['/bin/httpd', '-f', '-p', '8080', '-h', '/'] }];
      await containerd.startPod({ namespace: 'shop', name: 'web-0', labels: { app: 'web' }, containers });
      await containerd.startPod({ namespace: 'shop', name: 'other-0', labels: { app: 'other' }, containers });
      const isHeld = ({ event, workloads }: Line): boolean =>
        event === 'workload-protected' && JSON.stringify(workloads).includes('httpd');
      const held = await agent.waitFor('protection', isHeld);

      expect(held).toMatchObject({ workloads: [{ name: 'httpd', namespace: 'shop', pod: 'web-0' }], groups: ['web'] });
      const node = host('node', `/run/netns/${containerd.node}`, '');
      const [web, other] = await pods(containerd.socket);
      expect(await request(node, web, { path: '/', body: PLAIN_ORDER })).toHaveProperty('status');
      expect(await request(node, web, { path: '/', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });
      expect(await request(node, other, { path: '/', body: CARD_ORDER })).toHaveProperty('status');

      await agent.stop();
      expect((await runIn(web.path, 'nft', ['list', 'ruleset'])).trim()).toBe('');
      const told = agent.lines.filter(({ event }) => event === 'flows');
      expect(told.map(({ workloads }) => JSON.stringify(workloads)).join()).not.toContain('other-0');
      expect(told.flatMap(({ flows }) => flows)).toContainEqual(
        expect.objectContaining({ direction: 'ingress', protocol: 'tcp', port: 8080, application: 'http1' }),
      );
    });
  });

  it('keeps a pod cut off whose container is started anew', async () => {
    await withAgent(async (containerd, agent) => {
      const containers = [{ name: 'httpd', command: ['/bin/httpd', '-f', '-p', '8080', '-h', '/'] }];
      const pod = { namespace: 'shop', name: 'web-0', labels: { app: 'web' }, containers };
      const podId = await containerd.startPod(pod);
      await containerd.startPod({ namespace: 'shop', name: 'other-0', labels: { app: 'other' }, containers });
      const isHeld = ({ event, workloads }: Line): boolean =>
        event === 'workload-protected' && JSON.stringify(workloads).includes('httpd');
      await agent.waitFor('protection', isHeld);
      const node = host('node', `/run/netns/${containerd.node}`, '');
      const [web, other] = await pods(containerd.socket);
      const [before] = await containersOf(containerd.socket, 'web-0');
      const isOff = (line: Line): boolean => isHeld(line) && line['quarantined'] === true;
      expect(await request(node, web, { path: '/', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });
      await agent.waitFor('quarantine', isOff);

      const from = agent.lines.length;
      await containerd.restartContainer(podId, pod, before ?? '');
      await agent.waitFor('the container that was started anew', isOff, { from });
      await expect.poll(() => containersOf(containerd.socket, 'web-0')).not.toContain(before);

      expect(await request(node, web, { path: '/', timeoutMs: 2_000 })).toHaveProperty('error');
      expect(await request(node, other, { path: '/', timeoutMs: 2_000 })).toHaveProperty('status');
    }, CUT);
  });
});

/** Runs something beside an agent that holds the containers of a containerd to the policy. */
async function withAgent(
  body: (containerd: Containerd, agent: LineProcess) => Promise<void>,
  policy = POLICY,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-agent-cri-'));
  const containerd = await startContainerd();
  let agent: LineProcess | undefined;
  try {
    await writeFile(join(folder, 'policy.yaml'), policy);
    const config = {
      policy: ['policy.yaml'],
      workloads: { cri: containerd.socket },
      metrics: { enabled: false },
      onStop: 'release',
    };
    await writeFile(join(folder, 'agent.json'), JSON.stringify(config));
    const main = join(import.meta.dirname, 'main.ts');
    agent = new LineProcess('agent', undefined, process.execPath, [main, '--config', join(folder, 'agent.json')]);
    await agent.waitFor('policy', (line) => line.event === 'policy-loaded');
    await body(containerd, agent);
  } finally {
    await agent?.stop();
    await containerd.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ids of the containers of a pod that run. */
async function containersOf(socket: string, pod: string): Promise<readonly string[]> {
  const client = new CriClient({ socket });
  try {
    const workloads = await client.listWorkloads();
    return workloads.filter((workload) => workload.pod === pod).map(({ id }) => id);
  } finally {
    await client.close();
  }
}

/** The protected pod and the other one, as hosts. */
async function pods(socket: string): Promise<readonly [Host, Host]> {
  const client = new CriClient({ socket });
  try {
    const workloads = await client.listWorkloads();
    const [web, other] = await Promise.all(
      ['web-0', 'other-0'].map(async (pod) => {
        const netns = workloads.find((workload) => workload.pod === pod)?.netns ?? '';
        const addresses = await runIn(netns, 'ip', ['-4', '-o', 'addr', 'show', 'dev', 'eth0']);
        return host(pod, netns, /inet ([\d.]+)/.exec(addresses)?.[1] ?? '');
      }),
    );
    if (web === undefined || other === undefined) throw new Error('a pod is missing');
    return [web, other];
  } finally {
    await client.close();
  }
}

function host(name: string, path: string, ipv4: string): Host {
  return { name, netns: name, path, ipv4, ipv6: '' };
}
