import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, installDefinitions, KubeClient, RESOURCES } from '@bulkhead/kube';
import { type KubeApi, kubeApiMissing, kubeconfigOf, startKubeApi } from '@bulkhead/lab';
import { SharedAuthority } from '@bulkhead/pki';
import type { ClusterService } from '@bulkhead/policy';
import { parseToken } from '@bulkhead/rpc';
import { createLogger } from '@bulkhead/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretHash } from '../access/secret.ts';
import { ClusterPolicy } from '../policy/cluster-policy.ts';
import { type Stand, startStand } from '../test-support/stand.ts';
import { authoritySecret } from './authority-secret.ts';
import { ClusterOwners } from './cluster-owners.ts';
import { ClusterServices } from './cluster-services.ts';
import { keepEnrolmentSecret } from './enrolment-secret.ts';
import { noToken } from './unwritten-token.ts';
import { keepWebhookSecret } from './webhook-secret.ts';

const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`the api in a cluster is not tested: ${missing}\n`);

describe.skipIf(missing !== undefined)('the api with a real API server', () => {
  let kube: KubeApi;
  let folder: string;
  let client: KubeClient;
  let stand: Stand;

  beforeAll(async () => {
    kube = await startKubeApi();
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-api-'));
    const file = join(folder, 'kubeconfig');
    await writeFile(file, JSON.stringify(kubeconfigOf(kube)), { mode: 0o600 });
    client = new KubeClient(await connect({ file }));
    await installDefinitions(client, { fieldManager: 'test' });
    stand = await startStand();
  }, 180_000);
  afterAll(async () => {
    await stand?.close();
    client?.close();
    await kube?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('has what is applied in force, and what is wrong with the rest', async () => {
    const signal = new AbortController().signal;
    const policy = await ClusterPolicy.open(client, { logger: createLogger('api', 'error'), signal });
    const path = '/apis/bulkhead.io/v1alpha1/workloadgroups';
    const group = (name: string, sensor: string) => ({
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'WorkloadGroup',
      metadata: { name },
      spec: { selector: { namespaces: ['shop'] }, mode: 'protect', sensors: [sensor] },
    });
    expect(policy.current.documents).toEqual([]);
    const before = policy.current.version;

    await kube.ask('POST', path, group('web', 'payment-cards'));
    await expect.poll(() => policy.current.policy.groups.map(({ name }) => name), { timeout: 10_000 }).toEqual(['web']);
    await kube.ask('POST', path, group('db', 'nonsense'));
    await expect.poll(() => policy.problems.length, { timeout: 10_000 }).toBe(1);

    expect(policy.current.version).not.toBe(before);
    expect(policy.current.policy.groups.map(({ name }) => name)).toEqual(['web']);
    expect(policy.problems).toMatchObject([{ file: 'WorkloadGroup/db', path: ['spec', 'sensors', 0] }]);
    await policy.close();
  });

  it('knows from its start to whom Services lead, and starts all the same without the right to know', async () => {
    const end = new AbortController();
    const { signal } = end;
    const known = new Map<string, ClusterService>();
    const nodes = new Set<string>();
    const taker = {
      putService: (service: ClusterService) => known.set(service.id, service),
      removeService: (id: string) => known.delete(id),
      putNode: (node: string) => nodes.add(node),
      removeNode: (node: string) => nodes.delete(node),
    };
    const slices = (await kube.ask('GET', '/apis/discovery.k8s.io/v1')).status === 404 ? 'v1beta1' : 'v1';
    const names = { 'kubernetes.io/service-name': 'db' };
    const services = '/api/v1/namespaces/default/services';
    const ports = [{ port: 80 }];
    await kube.ask('POST', services, { metadata: { name: 'db' }, spec: { clusterIP: '10.96.0.9', ports } });
    await kube.ask('POST', `/apis/discovery.k8s.io/${slices}/namespaces/default/endpointslices`, {
      metadata: { name: 'db', labels: names },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.2'], targetRef: { kind: 'Pod', name: 'db-1' } }],
      ports: [{ port: 5432 }],
    });

    const logger = createLogger('api', 'silent');
    const followed = new ClusterServices(client, { logger, signal });
    followed.follow(taker);
    await followed.listed;
    expect(known.get('default/db')).toMatchObject({ addresses: ['10.96.0.9'], ports: [{ to: [{ port: 5432 }] }] });
    const containers = [{ name: 'c', image: 'i' }];
    const placed = { metadata: { name: 'placed' }, spec: { nodeName: 'node-9', containers } };
    expect((await kube.ask('POST', '/api/v1/namespaces/default/pods', placed)).status).toBe(201);
    await expect.poll(() => nodes, { timeout: 10_000 }).toContain('node-9');
    await kube.ask('DELETE', `${services}/db`);
    await expect.poll(() => known.has('default/db'), { timeout: 10_000 }).toBe(false);

    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await kube.ask('POST', accounts, { metadata: { name: 'nobody' } });
    const { body } = await kube.ask('POST', `${accounts}/nobody/token`, { spec: {} });
    const { token } = (body as { readonly status: { readonly token: string } }).status;
    const file = join(folder, 'nobody');
    await writeFile(file, JSON.stringify(kubeconfigOf({ ...kube, token })), { mode: 0o600 });
    const nobody = new KubeClient(await connect({ file }));
    const refused = new ClusterServices(nobody, { logger, signal });
    await refused.listed;
    expect([followed.isRefused, refused.isRefused]).toEqual([false, true]);
    end.abort();
    await Promise.all([followed.done, refused.done]);
    nobody.close();
  });

  it('knows from its start who owns pods, by their names', async () => {
    const end = new AbortController();
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d9f', uid: 'r', controller: true };
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    const metadata = { name: 'web-7d9f-x2x4z', ownerReferences: [owner] };
    const { status } = await kube.ask('POST', '/api/v1/namespaces/default/pods', { metadata, spec });
    expect(status).toBe(201);

    const owners = await ClusterOwners.open(client, { logger: createLogger('api', 'silent'), signal: end.signal });
    expect(owners.ownersOf('default', 'web-7d9f-x2x4z')).toEqual([{ kind: 'ReplicaSet', name: 'web-7d9f' }]);
    expect(owners.ownersOf('shop', 'web-7d9f-x2x4z')).toBeUndefined();
    end.abort();
    await owners.done;
  });

  it('keeps one authority in a Secret for all apis, with what others wrote there beside it', async () => {
    const of = { name: 'bulkhead-authority', namespace: 'default' };
    const place = authoritySecret(client, of);
    const open = () => SharedAuthority.open(place, { commonName: 'Bulkhead' });

    const all = await Promise.all([open(), open(), open()]);
    expect(new Set(all.map(({ authority }) => authority.pin)).size).toBe(1);
    const secret = await client.get(RESOURCES.secrets, of);
    expect(Object.keys(secret['data'] as object).toSorted()).toEqual(['ca.crt', 'ca.key']);

    const { kept, revision } = await place.read();
    if (kept === undefined) throw new Error('there is no authority');
    const labels = { team: 'shop' };
    await client.mergePatch(RESOURCES.secrets, of, { metadata: { labels } }, { fieldManager: 'test' });
    const more = { ...kept, next: kept.current, previous: kept.current.certificatePem };
    expect(await place.write(more, revision)).toBe('conflict');
    expect(await place.write(more, (await place.read()).revision)).toBe('written');
    expect((await place.read()).kept).toEqual(more);
    expect((await client.get(RESOURCES.secrets, of)).metadata.labels).toEqual(labels);

    await client.mergePatch(RESOURCES.secrets, of, { data: { 'ca.key': null } }, { fieldManager: 'test' });
    await expect(place.read()).rejects.toMatchObject({ code: 'INVALID_SECRET' });
  });

  it('keeps a Secret with what the webhook asks it with, and makes it anew in time, for another authority and when it is spoilt', async () => {
    const of = { name: 'bulkhead-webhook-api', namespace: 'default' };
    const { store, app, clock } = stand;
    const unwritten = noToken();
    const keep = (trustPem: string) =>
      keepWebhookSecret(client, of, { store, clock, trustPem, fieldManager: 'test', unwritten });
    const kept = async () => {
      const { data } = (await client.get(RESOURCES.secrets, of)) as unknown as { data: Record<string, string> };
      const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
      return { token: text('token'), ca: text('ca.crt') };
    };
    const mayAsk = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await app.inject({ url: '/api/v1/images/changes', headers })).statusCode;
    };
    const began = clock.at;

    expect([await keep('first'), await keep('first')]).toEqual(['made', 'kept']);
    const first = await kept();
    expect([await mayAsk(first.token), first.ca]).toEqual([200, 'first']);
    expect(await keep('second')).toBe('made');
    expect(await kept()).toEqual({ token: first.token, ca: 'second' });

    clock.at += 61 * 86_400_000;
    expect(await keep('second')).toBe('made');
    expect((await kept()).token).not.toBe(first.token);
    await client.mergePatch(RESOURCES.secrets, of, { data: { token: '////' } }, { fieldManager: 'test' });
    expect(await keep('second')).toBe('made');
    expect(await mayAsk((await kept()).token)).toBe(200);
    clock.at = began;
  });

  it('keeps a Secret with a token that agents can enrol with', async () => {
    const of = { name: 'bulkhead-enrolment', namespace: 'default' };
    const { store, clock } = stand;
    const unwritten = noToken();
    const keep = (pin: string) =>
      keepEnrolmentSecret(client, of, { store, clock, pin, fieldManager: 'test', unwritten });
    const token = async () => {
      const { data } = (await client.get(RESOURCES.secrets, of)) as unknown as { data: { token: string } };
      return parseToken(Buffer.from(data.token, 'base64').toString());
    };

    expect(await keep('p'.repeat(43))).toBe('made');
    expect(await keep('p'.repeat(43))).toBe('kept');
    const first = await token();
    const now = new Date(clock.at).toISOString();
    expect(await store.enrolmentTokens.use(first.id, secretHash(first.secret), now)).toBeDefined();

    expect(await keep('q'.repeat(43))).toBe('made');
    expect((await token()).pin).toBe('q'.repeat(43));
    clock.at += 61 * 86_400_000;
    expect(await keep('q'.repeat(43))).toBe('made');
  });

  it('makes one token while the API server does not take its Secret, and writes that one when it does', async () => {
    const { store, clock } = stand;
    const namespace = 'not-there-yet';
    const making = { store, clock, fieldManager: 'test' };
    const [enrolment, webhook] = [noToken(), noToken()];
    const keepBoth = async () => [
      await keepEnrolmentSecret(
        client,
        { name: 'enrolment', namespace },
        { ...making, pin: 'p'.repeat(43), unwritten: enrolment },
      ).catch(() => 'refused'),
      await keepWebhookSecret(
        client,
        { name: 'webhook', namespace },
        { ...making, trustPem: 'x', unwritten: webhook },
      ).catch(() => 'refused'),
    ];
    const made = async () => {
      const page = { limit: 500 };
      return [(await store.enrolmentTokens.list(page)).items.length, (await store.apiTokens.list(page)).items.length];
    };
    const [enrolments = 0, tokens = 0] = await made();

    for (let tries = 0; tries < 5; tries += 1) expect(await keepBoth()).toEqual(['refused', 'refused']);
    expect(await made()).toEqual([enrolments + 1, tokens + 1]);

    await kube.ask('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    expect(await keepBoth()).toEqual(['made', 'made']);
    expect(await keepBoth()).toEqual(['kept', 'kept']);
    expect(await made()).toEqual([enrolments + 1, tokens + 1]);
  });
});
