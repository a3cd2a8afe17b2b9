import { type KubeApi, kubeApiMissing, startKubeApi } from '@bulkhead/lab';
import type { ClusterService } from '@bulkhead/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PodOfTest, podOf } from '../test-support/cluster.ts';
import { Backoff } from '../watch/backoff.ts';
import { type ServiceWatch, watchServices } from './watch-services.ts';

const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`services are not tested with an API server: ${missing}\n`);

describe.skipIf(missing !== undefined)('watchServices on a real API server', () => {
  const end = new AbortController();
  const known = new Map<string, ClusterService>();
  const nodes = new Set<string>();
  let api: KubeApi;
  let pod: PodOfTest;
  let watch: ServiceWatch;
  let slices: string;

  beforeAll(async () => {
    api = await startKubeApi();
    pod = podOf(api);
    const { status } = await api.ask('GET', slicesOf('v1'));
    slices = slicesOf(status === 404 ? 'v1beta1' : 'v1');
    await makePod('pod-1', '10.1.0.1');
    await makePod('pod-2', '10.1.0.2');
    // What is there before is known as what comes later.
    await make(SERVICES, 'before', { spec: { clusterIP: '10.96.0.50', ports: [{ port: 80 }] } });
    await makeSlice('before-1', 'before', [pod1], [{ port: 8080 }]);
    watch = watchServices(pod.client, {
      signal: end.signal,
      onError: () => undefined,
      onPut: (service) => known.set(service.id, service),
      onGone: (id) => known.delete(id),
      onNode: (node, isThere) => (isThere ? nodes.add(node) : nodes.delete(node)),
      backoff: () => new Backoff({ baseMs: 50, maxMs: 500 }),
    });
    await watch.synced;
  }, 180_000);
  afterAll(async () => {
    end.abort();
    await watch?.done;
    pod?.remove();
    await api?.remove();
  });

  it('knows where a Service leads, by the names of its ports, until it is gone', async () => {
    expect(known.get('default/before')).toMatchObject({
      addresses: ['10.96.0.50'],
      ports: [{ protocol: 'tcp', port: 80, to: [{ port: 8080, ends: [{ address: '10.1.0.1', isPod: true }] }] }],
    });

    const ports = [
      { name: 'http', port: 80, targetPort: 'web' },
      { name: 'admin', port: 81, targetPort: 9090 },
    ];
    await make(SERVICES, 'api', { spec: { clusterIP: '10.96.0.51', ports } });
    await makeSlice('api-1', 'api', [pod1], [{ name: 'http', port: 8080 }]);
    const outside = { addresses: ['192.0.2.1'] };
    await makeSlice('api-2', 'api', [outside, pod2], [{ name: 'http', port: 8081 }]);
    const first = { port: 8080, ends: [{ address: '10.1.0.1', isPod: true }] };
    const others = [
      { address: '10.1.0.2', isPod: true },
      { address: '192.0.2.1', isPod: false },
    ];
    await expect
      .poll(() => known.get('default/api'))
      .toEqual({
        id: 'default/api',
        addresses: ['10.96.0.51'],
        ports: [{ protocol: 'tcp', port: 80, to: [first, { port: 8081, ends: others }] }],
      });

    await api.ask('DELETE', `${slices}/api-2`);
    await expect.poll(() => known.get('default/api')?.ports).toEqual([{ protocol: 'tcp', port: 80, to: [first] }]);
    await api.ask('DELETE', `${SERVICES}/api`);
    await expect.poll(() => known.has('default/api')).toBe(false);
  });

  it('knows nothing of one without an address or without anybody behind it', async () => {
    await make(SERVICES, 'headless', { spec: { clusterIP: 'None', ports: [{ port: 80 }] } });
    await makeSlice('headless-1', 'headless', [pod1], [{ port: 8080 }]);
    await make(SERVICES, 'alone', { spec: { clusterIP: '10.96.0.52', ports: [{ port: 80 }] } });
    await make(SERVICES, 'last', { spec: { clusterIP: '10.96.0.53', ports: [{ port: 80 }] } });
    await makeSlice('last-1', 'last', [pod1], [{ port: 8080 }]);

    await expect.poll(() => known.has('default/last')).toBe(true);
    expect(['headless', 'alone'].filter((name) => known.has(`default/${name}`))).toEqual([]);
  });

  it('takes for pods only those that are there, in the namespace of the slice, at the address that it says', async () => {
    const target = (name: string, address: string, namespace = 'default') => ({
      addresses: [address],
      targetRef: { kind: 'Pod', name, namespace },
    });
    await make(SERVICES, 'by-hand', { spec: { clusterIP: '10.96.0.54', ports: [{ port: 443 }] } });
    const claimed = [
      pod1,
      target('pod-1', '192.0.2.1'),
      target('nobody', '192.0.2.2'),
      target('on-node', '192.0.2.3'),
      target('later', '10.1.0.4'),
    ];
    await makePod('on-node', '192.0.2.3', { hostNetwork: true });
    await makeSlice('by-hand-1', 'by-hand', claimed, [{ port: 8443 }]);
    const endsOf = (name: string) => known.get(`default/${name}`)?.ports[0]?.to[0]?.ends;
    const nobody = (address: string) => ({ address, isPod: false });
    const pods = [{ address: '10.1.0.1', isPod: true }];
    const others = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(nobody);
    await expect.poll(() => endsOf('by-hand')).toEqual([...pods, nobody('10.1.0.4'), ...others]);

    await makePod('later', '10.1.0.4');
    await expect.poll(() => endsOf('by-hand')).toEqual([...pods, { address: '10.1.0.4', isPod: true }, ...others]);
  });

  it('knows of everybody to whom flows are led, however their addresses and ports are written', async () => {
    await make(SERVICES, 'written', { spec: { clusterIP: '10.96.0.55', ports: [{ name: 'http', port: 80 }] } });
    const ports = [
      { name: 'none', port: -1 },
      { name: 'http', port: 8080 },
    ];
    await makeSlice('written-1', 'written', [pod1], [{ name: 'http', port: 8080 }]);
    await makeSlice('written-2', 'written', [{ addresses: ['192.0.2.1'] }], ports);
    await makeSlice('written-3', 'written', [{ addresses: ['::ffff:192.0.2.2'] }], [{ name: 'http', port: 8080 }]);
    const ends = [
      { address: '10.1.0.1', isPod: true },
      { address: '192.0.2.1', isPod: false },
      { address: '192.0.2.2', isPod: false },
    ];
    await expect.poll(() => known.get('default/written')?.ports[0]?.to).toEqual([{ port: 8080, ends }]);
  });

  it('knows the nodes that pods are on', async () => {
    expect(nodes).not.toContain('node-1');
    await makePod('placed', '10.1.0.8', { nodeName: 'node-1' });
    await expect.poll(() => nodes.has('node-1')).toBe(true);
    await api.ask('DELETE', `${PODS}/placed?gracePeriodSeconds=0`);
    await expect.poll(() => nodes.has('node-1')).toBe(false);
  });

  it('keeps of one with more ends than anybody has that it is there', async () => {
    const ports = Array.from({ length: 90 }, (_, index) => ({ name: `p${index}`, port: 1_000 + index }));
    await make(SERVICES, 'wide', { spec: { clusterIP: '10.96.0.56', ports } });
    const endpoints = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ addresses: [`10.2.0.${index}`] }));
    await makeSlice('wide-1', 'wide', endpoints(182), ports);
    await expect.poll(() => known.get('default/wide')?.ports).toHaveLength(90);
    await makeSlice('wide-2', 'wide', [{ addresses: ['10.3.0.1'] }], ports);
    const wide = { id: 'default/wide', addresses: ['10.96.0.56'], ports: [], tooManyEnds: 183 * 90 };
    await expect.poll(() => known.get('default/wide')).toEqual(wide);
    await api.ask('DELETE', `${slices}/wide-2`);
    await expect.poll(() => known.get('default/wide')?.ports).toHaveLength(90);
  });

  async function makePod(name: string, address: string, spec: object = {}): Promise<void> {
    await make(PODS, name, { spec: { containers: [{ name: 'c', image: 'i' }], ...spec } });
    const status = { podIP: address, podIPs: [{ ip: address }] };
    const answer = await api.ask('PATCH', `${PODS}/${name}/status`, { status });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  }

  function makeSlice(name: string, service: string, endpoints: readonly object[], ports: readonly object[]) {
    const labels = { 'kubernetes.io/service-name': service };
    return make(slices, name, { addressType: 'IPv4', endpoints, ports }, labels);
  }

  async function make(path: string, name: string, content: object, labels: object = {}): Promise<void> {
    const { status, body } = await api.ask('POST', path, { metadata: { name, labels }, ...content });
    expect(status, JSON.stringify(body)).toBe(201);
  }
});

const PODS = '/api/v1/namespaces/default/pods';
const SERVICES = '/api/v1/namespaces/default/services';
const slicesOf = (version: string): string => `/apis/discovery.k8s.io/${version}/namespaces/default/endpointslices`;
const pod1 = { addresses: ['10.1.0.1'], targetRef: { kind: 'Pod', name: 'pod-1', namespace: 'default' } };
const pod2 = { addresses: ['10.1.0.2'], targetRef: { kind: 'Pod', name: 'pod-2', namespace: 'default' } };
