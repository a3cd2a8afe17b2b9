import { dataSensorKind } from '@bulkhead/dlp';
import { type KubeApi, kubeApiMissing, startKubeApi } from '@bulkhead/lab';
import { readPolicy } from '@bulkhead/policy';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installDefinitions } from '../crd/install.ts';
import { policyKind } from '../crd/policy-kinds.ts';
import { type PodOfTest, podOf } from '../test-support/cluster.ts';
import { startTcpProxy, type TcpProxy } from '../test-support/tcp-proxy.ts';
import { Backoff } from '../watch/backoff.ts';
import type { CheckPolicies } from './settle.ts';
import { type ClusterPolicies, type PolicyWatch, watchPolicies } from './watch-policies.ts';
import { writeStatuses } from './write-statuses.ts';

const missing = kubeApiMissing();
if (missing !== undefined)
  process.stderr.write(`policies of a cluster are not tested with an API server: ${missing}\n`);
const US = { fieldManager: 'test' };
const KINDS = ['DataSensor', 'WorkloadGroup'];
const SENSOR = { action: 'block', detectors: ['payment-card'] };
const check: CheckPolicies = (sources) => {
  const outcome = readPolicy(sources, { kind: dataSensorKind, provided: [] });
  return outcome.ok ? [] : outcome.problems;
};

describe.skipIf(missing !== undefined)('watchPolicies on a real API server', () => {
  let api: KubeApi;
  let proxy: TcpProxy;
  let pod: PodOfTest;
  let near: PodOfTest;
  let end: AbortController;
  let watch: PolicyWatch;
  let told: ClusterPolicies[];
  let errors: string[];

  beforeAll(async () => {
    api = await startKubeApi();
    proxy = await startTcpProxy(Number(new URL(api.server).port));
    pod = podOf(api, String(proxy.port));
    near = podOf(api);
  }, 180_000);
  afterAll(async () => {
    pod?.remove();
    near?.remove();
    await proxy?.close();
    await api?.remove();
  });
  beforeEach(() => {
    end = new AbortController();
    told = [];
    errors = [];
  });
  afterEach(async () => {
    end.abort();
    await watch.done;
    for (const kind of KINDS) {
      const path = `/apis/bulkhead.io/v1alpha1/${policyKind(kind).plural}`;
      await api.ask('DELETE', path);
    }
  });

  it('waits for kinds that are not installed yet, and says so', async () => {
    start();
    await expect.poll(() => errors.length).toBeGreaterThan(1);
    expect(errors[0]).toContain('404 page not found');
    expect(watch.current).toBeUndefined();
    expect(watch.awaited).toEqual(KINDS);

    await installDefinitions(pod.client, US);
    await expect.poll(() => watch.current, { timeout: 10_000 }).toEqual({ sources: [], states: [] });
  });

  it('gives what files give, told once for what was applied at once', async () => {
    start();
    await watch.synced;
    await put('DataSensor', 'cards', SENSOR);
    await put('WorkloadGroup', 'shop', { mode: 'protect', selector: { namespaces: ['shop'] }, sensors: ['cards'] });
    await expect.poll(() => files()).toEqual(['DataSensor/cards', 'WorkloadGroup/shop']);

    const outcome = readPolicy(watch.current?.sources ?? [], { kind: dataSensorKind, provided: [] });
    expect(outcome).toMatchObject({
      ok: true,
      policy: { groups: [{ name: 'shop', mode: 'protect', sensors: ['cards'] }] },
    });
    expect(told.length).toBeLessThanOrEqual(3);
    await api.ask('DELETE', '/apis/bulkhead.io/v1alpha1/workloadgroups/shop');
    await expect.poll(() => files()).toEqual(['DataSensor/cards']);
  });

  it('keeps the last valid generation of what is broken, leaves out what never was valid, and lets the others be', async () => {
    await put('DataSensor', 'cards', SENSOR);
    await put('DataSensor', 'never', { action: 'block', detectors: ['no-such'] });
    start();
    await watch.synced;
    expect(files()).toEqual(['DataSensor/cards']);

    await put('DataSensor', 'cards', { ...SENSOR, detectors: ['payment-card', 'no-such'], unknown: 1 });
    await put('DataSensor', 'other', SENSOR);
    await expect.poll(() => files()).toEqual(['DataSensor/cards', 'DataSensor/other']);
    expect(watch.current?.states).toMatchObject([
      { name: 'cards', generation: 2, inForce: 1 },
      { name: 'never', generation: 1, inForce: undefined },
      { name: 'other', generation: 1, inForce: 1, problems: [] },
    ]);
    expect(watch.current?.sources[0]?.text).not.toContain('no-such');

    await put('DataSensor', 'cards', { ...SENSOR, action: 'mask' });
    await expect.poll(() => watch.current?.states[0]).toMatchObject({ generation: 3, inForce: 3, problems: [] });
  });

  it('writes into the status what it says, once, and takes back what no longer holds', async () => {
    await put('DataSensor', 'cards', { action: 'block', detectors: ['no-such'], bogus: true });
    start();
    await watch.synced;
    expect(await write()).toEqual([]);
    const first = await status('cards');
    expect(first).toMatchObject({
      observedGeneration: 1,
      conditions: [
        { type: 'Accepted', status: 'False', reason: 'Invalid' },
        { type: 'Enforced', status: 'False', reason: 'NotInForce' },
      ],
    });
    expect(
      (first['problems'] as { path: string; message: string }[]).map(({ path, message }) => `${path} ${message}`),
    ).toEqual([
      expect.stringContaining('spec.detectors[0] unknown detector "no-such"'),
      expect.stringContaining('spec Unrecognized key: "bogus"'),
    ]);

    const before = (await read('cards')).metadata.resourceVersion;
    await expect.poll(() => watch.statusOf('DataSensor/cards')?.conditions?.length).toBe(2);
    expect(await write()).toEqual([]);
    expect((await read('cards')).metadata.resourceVersion).toBe(before);

    await put('DataSensor', 'cards', SENSOR);
    await expect.poll(() => files()).toEqual(['DataSensor/cards']);
    await write();
    expect(await status('cards')).toMatchObject({
      inForceGeneration: 2,
      conditions: [{ status: 'True' }, { status: 'True' }],
    });
    expect(await status('cards')).not.toHaveProperty('problems');
  });

  it('keeps everything while the API server is away', async () => {
    await put('DataSensor', 'cards', SENSOR);
    start();
    await watch.synced;
    proxy.refuse(true);
    proxy.cut();
    await expect.poll(() => errors.length).toBeGreaterThan(2);
    expect(files()).toEqual(['DataSensor/cards']);

    await put('DataSensor', 'cards', { ...SENSOR, action: 'alert' });
    proxy.refuse(false);
    await expect.poll(() => watch.current?.sources[0]?.text, { timeout: 10_000 }).toContain('"action":"alert"');
  });

  function start(): void {
    watch = watchPolicies(pod.client, {
      kinds: KINDS,
      check,
      signal: end.signal,
      onChange: (policies) => told.push(policies),
      onError: (error) => errors.push(error.message),
      backoff: () => new Backoff({ baseMs: 50, maxMs: 500 }),
    });
  }

  function files(): readonly string[] | undefined {
    return watch.current?.sources.map(({ file }) => file);
  }

  async function write(): Promise<readonly unknown[]> {
    return writeStatuses(pod.client, {
      states: watch.current?.states ?? [],
      found: (file) => watch.statusOf(file),
      enforcement: () => ({ summary: 'in this test', notEnforced: [] }),
      ...US,
      now: Date.now(),
      signal: end.signal,
    });
  }

  /** Not through the proxy. */
  async function put(kind: string, name: string, spec: object): Promise<void> {
    await near.client.apply(policyKind(kind), { metadata: { name }, spec }, { ...US, force: true });
  }

  async function read(
    name: string,
  ): Promise<{ readonly metadata: { readonly resourceVersion: string }; readonly status?: unknown }> {
    const found = await pod.client.get(policyKind('DataSensor'), { name });
    return { metadata: found.metadata, status: found['status'] };
  }

  async function status(name: string): Promise<Readonly<Record<string, unknown>>> {
    return (await read(name)).status as Readonly<Record<string, unknown>>;
  }
});
