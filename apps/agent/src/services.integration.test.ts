import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type KubeApi,
  kubeApiMissing,
  kubeconfigOf,
  type LineProcess,
  runIn,
  startKubeApi,
  TestControlPlane,
} from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document, type FirewallStand, withFirewall } from './test-support/firewall-stand.ts';
import { missingForNamespaces } from './test-support/stand.ts';

const missing = (await missingForNamespaces()) ?? kubeApiMissing();
if (missing !== undefined) process.stderr.write(`skipped: services of a cluster and an agent's rules: ${missing}\n`);

const WAIT = { timeout: 60_000, interval: 500 };
const SERVICES = '/api/v1/namespaces/default/services';
const CLUSTER_IP = { server: '10.96.0.80', either: '10.96.0.81', wide: '10.96.0.82' };
/** More ends in one slice than are followed. */
const WIDE = { ends: 183, ports: 90 };
const PORTS = { service: 80, workload: 8080 };

describe.skipIf(missing !== undefined)('rules about the groups behind services', () => {
  let kube: KubeApi;
  beforeAll(async () => {
    kube = await startKubeApi();
  }, 180_000);
  afterAll(() => kube?.remove());

  it('let pass what is opened by the address of a service that leads to them alone', { timeout: 240_000 }, () =>
    withFirewall(async (stand) => {
      await translate(stand);
      const { plane, agent } = await start(stand, groups(stand, 'discover', 'discover'));
      // Nothing is behind it yet that the control plane knows of.
      await makeService(stand, 'either', 'server', 'stranger');
      await makeService(stand, 'server', 'server');
      expect(await byService(stand, 'server')).toMatchObject({ status: 200 });
      expect(await byService(stand, 'either')).toMatchObject({ status: 200 });

      // Told by the client as to the service, and by the server as to itself: it is one flow, to the port of the workload.
      const [friend, server] = [stand.host('friend').netns, stand.host('server').netns];
      const ask = async (query: string): Promise<readonly object[]> => {
        const { body } = await plane.ask('GET', `/api/v1/flows?workload=${friend}&${query}`);
        return (body as { readonly items: readonly object[] }).items;
      };
      const flow = { client: { name: friend }, server: { name: server }, port: PORTS.workload, sessions: 2 };
      await expect.poll(() => ask('port=8080'), WAIT).toMatchObject([{ ...flow, seenBy: ['client', 'server'] }]);
      expect(await ask('port=80')).toMatchObject([{ server: { kind: 'address', name: CLUSTER_IP.either } }]);

      const rules = document('NetworkRuleSet', 'friend-rules', {
        groups: ['friend'],
        egress: [{ name: 'server', action: 'allow', peers: ['server'], ports: [PORTS.workload] }],
        allowCuttingDns: true,
      });
      const from = agent.lines.length;
      await stand.writePolicy(...groups(stand, 'protect', 'discover'), rules);
      await stand.held(agent, 'friend', from);
      expect(await byService(stand, 'server')).toMatchObject({ status: 200 });
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      // It may lead to somebody whom no rule allows, and at another port it is no service.
      expect(await byService(stand, 'either')).toMatchObject({ error: 'TIMEOUT' });
      expect(await stand.callService('friend', `${CLUSTER_IP.server}:${PORTS.workload}`)).toMatchObject({
        error: 'TIMEOUT',
      });
      expect(await stand.call('friend', 'stranger')).toMatchObject({ error: 'TIMEOUT' });

      expect((await kube.ask('DELETE', `${SERVICES}/server`)).status).toBe(200);
      await expect.poll(() => byService(stand, 'server'), WAIT).toMatchObject({ error: 'TIMEOUT' });
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      await makeService(stand, 'server');
      await expect.poll(() => byService(stand, 'server'), WAIT).toMatchObject({ status: 200 });
    }, 'routed'),
  );

  it('that deny them cut services with more ends than are followed, and tell of it', { timeout: 240_000 }, () =>
    withFirewall(async (stand) => {
      await translate(stand);
      const rules = document('NetworkRuleSet', 'friend-rules', {
        groups: ['friend'],
        egress: [
          { name: 'not-server', action: 'deny', peers: ['server'], ports: [PORTS.workload] },
          { name: 'others', action: 'allow' },
        ],
      });
      const { agent } = await start(stand, [...groups(stand, 'protect', 'discover'), rules]);
      expect(await byService(stand, 'wide')).toMatchObject({ status: 200 });

      // Nobody that the control plane knows of is behind it, as far as it is looked into.
      const ports = Array.from({ length: WIDE.ports }, (_, index) => ({ name: `p${index}`, port: 1_000 + index }));
      await make(SERVICES, { metadata: { name: 'wide' }, spec: { clusterIP: CLUSTER_IP.wide, ports } });
      await makeSlice(
        'wide',
        Array.from({ length: WIDE.ends }, (_, index) => ({ addresses: [`10.2.0.${index}`] })),
        ports,
      );
      await expect.poll(() => byService(stand, 'wide'), WAIT).toMatchObject({ error: 'TIMEOUT' });
      expect(agent.complaint).toContain('it is not known where 1 addresses of Services lead');
      expect((await kube.ask('DELETE', `${SERVICES}/wide`)).status).toBe(200);
      await expect.poll(() => byService(stand, 'wide'), WAIT).toMatchObject({ status: 200 });
    }, 'routed'),
  );

  async function start(
    stand: FirewallStand,
    policy: readonly object[],
  ): Promise<{ readonly plane: TestControlPlane; readonly agent: LineProcess }> {
    const kubeconfig = join(stand.folder, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(kube)), { mode: 0o600 });
    await stand.writePolicy(...policy);
    const kubernetes = { kubeconfig, namespace: 'default', enrolmentSecret: 'agents' };
    const plane = await TestControlPlane.open({
      folder: join(stand.folder, 'api'),
      policyFile: stand.policyFile,
      kubernetes,
    });
    stand.keep({ stop: () => plane.close() });
    await writeFile(join(stand.folder, 'token'), await plane.enrolmentToken(), { mode: 0o600 });
    const controlPlane = { address: plane.agentAddress, tokenFile: 'token', node: 'node-1' };
    stand.agentOptions = { policy: undefined, controlPlane };
    return { plane, agent: await stand.startAgent('server', 'friend') };
  }

  /** Makes a service whose pods are hosts; of one that was made before only the service itself. */
  async function makeService(
    stand: FirewallStand,
    name: keyof typeof CLUSTER_IP,
    ...behind: readonly ('server' | 'stranger')[]
  ): Promise<void> {
    const ports = [{ port: PORTS.service, targetPort: PORTS.workload }];
    await make(SERVICES, { metadata: { name }, spec: { clusterIP: CLUSTER_IP[name], ports } });
    if (behind.length === 0) return;
    const endpoints = behind.map((host) => ({
      addresses: [stand.host(host).ipv4],
      targetRef: { kind: 'Pod', name: host },
    }));
    await makeSlice(name, endpoints, [{ port: PORTS.workload }]);
  }

  async function makeSlice(name: string, endpoints: readonly object[], ports: readonly object[]): Promise<void> {
    const version = (await kube.ask('GET', '/apis/discovery.k8s.io/v1')).status === 404 ? 'v1beta1' : 'v1';
    const metadata = { name, labels: { 'kubernetes.io/service-name': name } };
    const slice = { metadata, addressType: 'IPv4', endpoints, ports };
    await make(`/apis/discovery.k8s.io/${version}/namespaces/default/endpointslices`, slice);
  }

  async function make(path: string, content: object): Promise<void> {
    const { status, body } = await kube.ask('POST', path, content);
    expect(status, JSON.stringify(body)).toBe(201);
  }
});

function byService(stand: FirewallStand, name: keyof typeof CLUSTER_IP): ReturnType<FirewallStand['callService']> {
  return stand.callService('friend', `${CLUSTER_IP[name]}:${PORTS.service}`);
}

/** As kube-proxy does: in the namespace of the node, where a pod's packets come out of its own. */
async function translate(stand: FirewallStand): Promise<void> {
  const to = `${stand.host('server').ipv4}:${PORTS.workload}`;
  const rules = [
    'add table ip services',
    'add chain ip services to { type nat hook prerouting priority -100; }',
    ...Object.values(CLUSTER_IP).map(
      (address) => `add rule ip services to ip daddr ${address} tcp dport ${PORTS.service} dnat to ${to}`,
    ),
  ];
  await runIn(stand.network.router.path, 'nft', [rules.join('; ')]);
}

function groups(stand: FirewallStand, friend: string, server: string): readonly object[] {
  return [stand.group('friend', { mode: friend }), stand.group('server', { mode: server })];
}
