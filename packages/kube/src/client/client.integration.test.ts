import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeApi, kubeApiMissing, kubeconfigOf, startKubeApi } from '@bulkhead/lab';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../connection/connect.ts';
import { kubeconfigConnection } from '../connection/kubeconfig.ts';
import { type PodOfTest, podOf } from '../test-support/cluster.ts';
import { startTcpProxy } from '../test-support/tcp-proxy.ts';
import { KubeClient } from './client.ts';
import { RESOURCES } from './resource.ts';

const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`the client is not tested with an API server: ${missing}\n`);
const { configMaps, nodes } = RESOURCES;
const US = { fieldManager: 'bulkhead-test' };

describe.skipIf(missing !== undefined)('KubeClient on a real API server', () => {
  let api: KubeApi;
  let pod: PodOfTest;
  let client: KubeClient;

  beforeAll(async () => {
    api = await startKubeApi();
  }, 180_000);
  afterAll(async () => {
    await api?.remove();
  });
  beforeEach(() => {
    pod = podOf(api);
    client = pod.client;
  });
  afterEach(() => pod.remove());

  it('makes, finds, replaces and removes objects, and names what is not there', async () => {
    const made = await client.create(configMaps, { metadata: { name: 'a' }, data: { x: '1' } });
    await expect(client.create(configMaps, { metadata: { name: 'a' } })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });

    await client.replace(configMaps, { name: 'a' }, { ...made, data: { x: '2' } });
    expect(await client.get(configMaps, { name: 'a' })).toMatchObject({ kind: 'ConfigMap', data: { x: '2' } });
    await expect(client.replace(configMaps, { name: 'a' }, { ...made, data: {} })).rejects.toMatchObject({
      code: 'CONFLICT',
    });

    expect(await client.delete(configMaps, { name: 'a' })).toBe(true);
    expect(await client.delete(configMaps, { name: 'a' })).toBe(false);
    expect(await client.find(configMaps, { name: 'a' })).toBeUndefined();
    await expect(client.get(configMaps, { name: 'a' })).rejects.toThrow(
      'GET /api/v1/namespaces/default/configmaps/a: configmaps "a" not found',
    );
  });

  it('applies: makes what is not there, takes back what it no longer gives, and leaves what others own', async () => {
    const apply = (data: object, as: string, force = false): Promise<unknown> =>
      client.apply(configMaps, { metadata: { name: 'shared' }, data }, { fieldManager: as, force });
    await apply({ a: '1', b: '1' }, 'us');
    await apply({ c: '1' }, 'them');
    await apply({ a: '2' }, 'us');
    expect(await client.get(configMaps, { name: 'shared' })).toMatchObject({ data: { a: '2', c: '1' } });

    await expect(apply({ c: '2' }, 'us')).rejects.toMatchObject({ code: 'CONFLICT' });
    await apply({ c: '2' }, 'us', true);
    expect((await client.get(configMaps, { name: 'shared' }))['data']).toEqual({ c: '2' });
  });

  it('merges patches, also into a status alone, and writes nothing in a dry run', async () => {
    await client.create(nodes, { metadata: { name: 'n' } });
    await client.patchStatus(nodes, { name: 'n' }, { phase: 'Running' }, US);
    await client.mergePatch(nodes, { name: 'n' }, { metadata: { labels: { a: 'b' } } }, US);
    await client.mergePatch(nodes, { name: 'n' }, { metadata: { labels: { a: 'c' } } }, { ...US, dryRun: true });

    expect(await client.get(nodes, { name: 'n' })).toMatchObject({
      metadata: { labels: { a: 'b' } },
      status: { phase: 'Running' },
    });
  });

  it('knows what the API server serves', async () => {
    expect(await client.serves(configMaps)).toBe(true);
    expect(await client.serves({ ...configMaps, plural: 'maps' })).toBe(false);
    expect(await client.serves({ ...configMaps, group: 'bulkhead.io', version: 'v1alpha1' })).toBe(false);
  });

  it('tells a refused object, a missing right and wrong credentials apart', async () => {
    await expect(client.create(configMaps, { metadata: { name: 'Upper' } })).rejects.toMatchObject({ code: 'INVALID' });
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await api.ask('POST', accounts, { metadata: { name: 'weak' } });
    const { body } = await api.ask('POST', `${accounts}/weak/token`, { spec: {} });
    const token = (body['status'] as { readonly token: string }).token;
    const weak = podOf(api, undefined, token);
    await expect(weak.client.get(configMaps, { name: 'x' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('system:serviceaccount:default:weak'),
    });
    weak.remove();
    const stranger = podOf(api, undefined, 'no-token');
    await expect(stranger.client.get(configMaps, { name: 'x' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    stranger.remove();
  });

  it('reads a token anew that was rotated, at the latest when the old one is refused', async () => {
    const rotated = podOf(api, undefined, 'old');
    await expect(rotated.client.find(configMaps, { name: 'x' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    writeFileSync(join(rotated.folder, 'token'), `${api.token}\n`);

    expect(await rotated.client.find(configMaps, { name: 'x' })).toBeUndefined();
    rotated.remove();
  });

  it('repeats a request whose kept connection was closed meanwhile, and says when nobody answers', async () => {
    const proxy = await startTcpProxy(Number(new URL(api.server).port));
    const far = podOf(api, String(proxy.port));
    await far.client.find(configMaps, { name: 'x' });
    proxy.cut();
    expect(await far.client.find(configMaps, { name: 'x' })).toBeUndefined();

    proxy.refuse(true);
    proxy.cut();
    await expect(far.client.find(configMaps, { name: 'x' })).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await proxy.close();
    await expect(far.client.find(configMaps, { name: 'x' })).rejects.toThrow('ECONNREFUSED');
    far.remove();
  });

  it('does not trust a server that another authority has certified', async () => {
    const wrong = podOf({ ...api, ca: '' });
    await expect(wrong.client.find(configMaps, { name: 'x' })).rejects.toMatchObject({ code: 'UNREACHABLE' });
    wrong.remove();
  });

  it('is told to stop before and while it waits', async () => {
    await expect(client.find(configMaps, { name: 'x' }, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ABORTED',
    });
    const stop = new AbortController();
    const asked = client.find(configMaps, { name: 'x' }, stop.signal);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('uses the kubeconfig that is named, with its contexts, and says what is wrong with one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-kubeconfig-'));
    const file = join(folder, 'config');
    const other = { name: 'other', context: { cluster: 'none', user: 'user' } };
    const kubeconfig = kubeconfigOf({ ...api, namespace: 'shop' }) as { readonly contexts: readonly object[] };
    writeFileSync(file, JSON.stringify({ ...kubeconfig, contexts: [...kubeconfig.contexts, other] }));
    const connection = await connect({ file });
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
    const named = new KubeClient(connection);
    await named.create(configMaps, { metadata: { name: 'by-kubeconfig' } });

    expect((await client.get(configMaps, { name: 'by-kubeconfig', namespace: 'shop' })).metadata.namespace).toBe(
      'shop',
    );
    named.close();
    await expect(kubeconfigConnection({ file, context: 'none' })).rejects.toThrow('known are test, other');
    await expect(kubeconfigConnection({ file, context: 'other' })).rejects.toMatchObject({ code: 'NO_CONFIGURATION' });
    await expect(kubeconfigConnection({ file: join(folder, 'x') })).rejects.toMatchObject({ code: 'NO_CONFIGURATION' });
    writeFileSync(file, '{ not yaml');
    await expect(kubeconfigConnection({ file })).rejects.toMatchObject({ code: 'NO_CONFIGURATION' });
    rmSync(folder, { recursive: true });
  });
});

describe('KubeClient', () => {
  it.each([
    ['text', 'hello', 'the answer is not JSON'],
    ['another object', '[]', 'the answer is not a ConfigMap'],
    ['an object without a name', '{"metadata":{}}', 'the answer is not a ConfigMap'],
  ])('does not take %s for an object', async (_, text, message) => {
    await answering(200, text, async (client) => {
      await expect(client.get(configMaps, { name: 'x' })).rejects.toThrow(message);
    });
  });

  it('keeps what a server asks to wait', async () => {
    await answering(429, 'slow down', async (client) => {
      await expect(client.get(configMaps, { name: 'x' })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('slow down'),
        retryAfterMs: 7_000,
      });
    });
  });
});

async function answering(status: number, text: string, use: (client: KubeClient) => Promise<void>): Promise<void> {
  const server = createServer((_, response) => response.writeHead(status, { 'retry-after': '7' }).end(text));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const authorize = () => Promise.resolve({ headers: {}, agent: undefined, tls: {} });
  const client = new KubeClient({
    server: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/`),
    namespace: 'default',
    authorize,
    forget: () => undefined,
    close: () => undefined,
  });
  try {
    await use(client);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
