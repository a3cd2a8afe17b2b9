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
  let api: KubeApi;
  let pod: PodOfTest;
  let watch: ServiceWatch;
  let slices: string;

  beforeAll(async () => {
    api = await startKubeApi();
    pod = podOf(api);
    const { status } = await api.ask('GET', slicesOf('v1'));
    slices = slicesOf(status === 404 ? 'v1beta1' : 'v1');
    // What is there before is known as what comes later.
    await make(SERVICES, 'before', { spec: { clusterIP: '10.96.0.50', ports: [{ port: 80 }] } });
    await makeSlice('before-1', 'before', [pod1], [{ port: 8080 }]);
    watch = watchServices(pod.client, {
      signal: end.signal,
      onError: () => undefined,
      onPut: (service) => known.set(service.id, service),
      onGone: (id) => known.delete(id),
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

  function makeSlice(name: string, service: string, endpoints: readonly object[], ports: readonly object[]) {
    const labels = { 'kubernetes.io/service-name': service };
    return make(slices, name, { addressType: 'IPv4', endpoints, ports }, labels);
  }

  async function make(path: string, name: string, content: object, labels: object = {}): Promise<void> {
    const { status, body } = await api.ask('POST', path, { metadata: { name, labels }, ...content });
    expect(status, JSON.stringify(body)).toBe(201);
  }
});

const SERVICES = '/api/v1/namespaces/default/services';
const slicesOf = (version: string): string => `/apis/discovery.k8s.io/${version}/namespaces/default/endpointslices`;
const pod1 = { addresses: ['10.1.0.1'], targetRef: { kind: 'Pod', name: 'pod-1', namespace: 'default' } };
const pod2 = { addresses: ['10.1.0.2'], targetRef: { kind: 'Pod', name: 'pod-2', namespace: 'default' } };
