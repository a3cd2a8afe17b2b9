import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDefinitions, KubeClient, kubeconfigConnection, policyKind, RESOURCES } from '@bulkhead/kube';
import {
  freePort,
  type KubeAnswer,
  type KubeApi,
  kubeApiMissing,
  kubeconfigOf,
  LineProcess,
  startKubeApi,
} from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`the webhook is not tested in a cluster: ${missing}\n`);
const HOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const US = { fieldManager: 'test', force: true };

type Json = Readonly<Record<string, unknown>>;
interface Seen {
  readonly metadata: { readonly generation: number };
  readonly status?: { readonly observedGeneration: number; readonly inForceGeneration: number };
}

describe.skipIf(missing !== undefined)('the webhook with the policies and the certificate of a cluster', () => {
  let folder: string;
  let api: KubeApi;
  let client: KubeClient;
  let ports: readonly number[];
  let webhooks: LineProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-webhook-'));
    api = await startKubeApi();
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfigOf(api)));
    client = new KubeClient(await kubeconfigConnection({ file: join(folder, 'kubeconfig') }));
    await installDefinitions(client, US);
    for (const name of ['shop', 'bulkhead']) await api.ask('POST', '/api/v1/namespaces', { metadata: { name } });
    writeFileSync(
      join(folder, 'webhook-kubeconfig'),
      JSON.stringify(kubeconfigOf({ ...api, token: await weakToken() })),
    );
    ports = [await freePort(), await freePort()];
    await register(ports[0] ?? 0);
    webhooks = ports.map((port, index) => start(port, `${index}`));
    await Promise.all(webhooks.map((one) => one.waitFor('start', is('webhook-started'), { withinMs: 90_000 })));
  }, 300_000);

  afterAll(async () => {
    await Promise.all(webhooks.map((one) => one.stop()));
    client?.close();
    await api?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('denies a privileged pod once a policy is applied, and lets it in again in monitor', async () => {
    await until(async () => (await create('free')).status === 201);
    await apply('p', policy('protect'));
    await until(async () => (await create('bad')).status === 403);
    expect((await create('bad')).body['message']).toContain('p/baseline: container app: privileged: true');

    await apply('p', policy('monitor'));
    await until(async () => (await create('tried')).status === 201);
    await apply('p', policy('protect'));
    await until(async () => (await create('bad')).status === 403);
  });

  it('says in the status of a policy that it is in force', async () => {
    // What is said of an earlier generation stands until the webhook has seen this one.
    const found = await seen('p');

    expect(found.status).toMatchObject({ inForceGeneration: found.metadata.generation });
    await until(async () => (await condition('p', 'Enforced')) === 'True');
    expect(await condition('p', 'Accepted')).toBe('True');
  });

  it('refuses a policy with mistakes at the door, naming all of them', async () => {
    const wrong = client.apply(
      policyKind('AdmissionPolicy'),
      { metadata: { name: 'p' }, spec: { ...policy('protect'), bogus: 1, rules: [{ name: 'x' }] } },
      US,
    );

    await expect(wrong).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringMatching(
        /AdmissionPolicy\/p is not valid: .*spec\.rules\[0\].*spec: Unrecognized key: "bogus"/,
      ),
    });
  });

  it('keeps the last valid generation of a policy that got past the door with mistakes, and says both in its status', async () => {
    // The webhook is out of the way, as when it is down and failurePolicy is Ignore.
    const { body } = await api.ask('GET', `${HOOKS}/bulkhead`);
    await api.ask('DELETE', `${HOOKS}/bulkhead`);
    await apply('p', { ...policy('protect'), bogus: 1 });
    await until(async () => (await condition('p', 'Accepted')) === 'False');
    expect((await client.get(policyKind('AdmissionPolicy'), { name: 'p' }))['status']).toMatchObject({
      inForceGeneration: 3,
      observedGeneration: 4,
      problems: [{ path: 'spec', message: 'Unrecognized key: "bogus"' }],
    });

    const { metadata: _, ...rest } = body as Json & { readonly metadata: unknown };
    await api.ask('POST', HOOKS, { ...rest, metadata: { name: 'bulkhead' } });
    await until(async () => (await create('bad')).status === 403);
    await apply('p', policy('protect'));
    await until(async () => (await condition('p', 'Accepted')) === 'True');
  });

  it('rotates its certificate while requests go on, and not one of them fails', async () => {
    const from = webhooks.map(({ lines }) => lines.length);
    const wrong: unknown[] = [];
    let asked = 0;
    const over = new AbortController();
    const asking = (async () => {
      while (!over.signal.aborted) {
        const { status, body } = await create('bad');
        if (status !== 403) wrong.push(body);
        asked += 1;
        // Connections are kept: both replicas are asked in turn.
        await register(ports[asked % 2] ?? 0, true);
      }
    })();
    const changed = webhooks.map(async (one, index) => {
      await one.waitFor('change', is('certificate-changed'), { from: from[index] ?? 0, withinMs: 90_000 });
    });
    await Promise.all(changed);
    await new Promise((resolve) => {
      setTimeout(resolve, 2_000);
    });
    over.abort();
    await asking;

    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(50);
    expect(await authorities()).toBeGreaterThan(1);
    const steps = webhooks.flatMap(({ lines }) => lines).filter(is('certificate-rotation'));
    expect(steps.map(({ step }) => step).slice(0, 3)).toEqual(['replace', 'prepare', 'promote']);
  });

  it('answers by what it knows while the API server is away, and follows again when it is back', async () => {
    await api.stop();
    await new Promise((resolve) => {
      setTimeout(resolve, 1_000);
    });
    await api.start();
    await until(async () => (await create('bad')).status === 403);
    await apply('p', policy('monitor'));
    await until(async () => (await create('late')).status === 201);
    expect((await create('late')).warnings.join()).toContain('(monitor) container app: privileged: true');
  });

  function start(port: number, name: string): LineProcess {
    const file = join(folder, `config-${name}.json`);
    // Backdated by five minutes, so that two thirds of its time are over some twenty seconds after it was made.
    const life = { days: 181 / 86_400, overlapSeconds: 3 };
    const names = ['127.0.0.1', 'webhook.bulkhead.svc'];
    const certificate = { secret: 'webhook-tls', webhookConfiguration: 'bulkhead', names, ...life };
    writeFileSync(
      file,
      JSON.stringify({
        kubernetes: {
          policies: true,
          kubeconfig: join(folder, 'webhook-kubeconfig'),
          namespace: 'bulkhead',
          certificate,
        },
        host: '127.0.0.1',
        port,
        followSeconds: 0.2,
        drainSeconds: 0,
        metrics: { port: 0 },
      }),
    );
    return new LineProcess(`webhook ${name}`, undefined, process.execPath, [MAIN, '--config', file]);
  }

  /** An account with the rights that docs/reference/webhook.md names, and no other. */
  async function weakToken(): Promise<string> {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const rule = (
      group: string,
      resources: readonly string[],
      verbs: readonly string[],
      names?: readonly string[],
    ): object => ({
      apiGroups: [group],
      resources,
      verbs,
      ...(names !== undefined && { resourceNames: names }),
    });
    const name = { metadata: { name: 'webhook' } };
    const subjects = [{ kind: 'ServiceAccount', name: 'webhook', namespace: 'bulkhead' }];
    const bind = (kind: string): object => ({
      ...name,
      subjects,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'webhook' },
    });
    const accounts = '/api/v1/namespaces/bulkhead/serviceaccounts';
    await api.ask('POST', accounts, name);
    await api.ask('POST', `${rbac}/namespaces/bulkhead/roles`, {
      ...name,
      rules: [
        rule('coordination.k8s.io', ['leases'], ['create']),
        rule('coordination.k8s.io', ['leases'], ['get', 'update'], ['bulkhead-webhook']),
        rule('', ['secrets'], ['create']),
        rule('', ['secrets'], ['get', 'list', 'watch', 'update'], ['webhook-tls']),
      ],
    });
    await api.ask('POST', `${rbac}/namespaces/bulkhead/rolebindings`, bind('Role'));
    await api.ask('POST', `${rbac}/clusterroles`, {
      ...name,
      rules: [
        rule('bulkhead.io', ['admissionpolicies'], ['list', 'watch']),
        rule('bulkhead.io', ['admissionpolicies/status'], ['patch']),
        rule('admissionregistration.k8s.io', ['validatingwebhookconfigurations'], ['get', 'patch'], ['bulkhead']),
      ],
    });
    await api.ask('POST', `${rbac}/clusterrolebindings`, bind('ClusterRole'));
    const { body } = await api.ask('POST', `${accounts}/webhook/token`, { spec: { expirationSeconds: 7_200 } });
    return (body['status'] as { readonly token: string }).token;
  }

  async function register(port: number, again = false): Promise<void> {
    const rules = (apiGroups: readonly string[], resources: readonly string[]): Json => ({
      apiGroups,
      resources,
      apiVersions: ['*'],
      operations: ['CREATE', 'UPDATE'],
    });
    if (again) {
      const { body } = await api.ask('GET', `${HOOKS}/bulkhead`);
      const hooks = body['webhooks'] as readonly (Json & { readonly clientConfig: Json })[];
      const { resourceVersion } = body['metadata'] as { readonly resourceVersion: string };
      const url = `https://127.0.0.1:${port}/validate`;
      const changed = hooks.map((one) => ({ ...one, clientConfig: { ...one.clientConfig, url } }));
      await api.ask('PATCH', `${HOOKS}/bulkhead`, { metadata: { resourceVersion }, webhooks: changed });
      return;
    }
    const common = {
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
      timeoutSeconds: 5,
      clientConfig: { url: `https://127.0.0.1:${port}/validate` },
    };
    const { status } = await api.ask('POST', HOOKS, {
      metadata: { name: 'bulkhead' },
      webhooks: [
        { ...common, name: 'admission.bulkhead.io', rules: [rules([''], ['pods'])] },
        { ...common, name: 'policies.bulkhead.io', rules: [rules(['bulkhead.io'], ['*'])] },
      ],
    });
    expect(status).toBe(201);
  }

  async function apply(name: string, spec: Json): Promise<void> {
    await expect
      .poll(
        () => client.apply(policyKind('AdmissionPolicy'), { metadata: { name }, spec }, US).then(() => 'ok', String),
        { timeout: 30_000 },
      )
      .toBe('ok');
  }

  function create(name: string): Promise<KubeAnswer> {
    const containers = [{ name: 'app', image: 'nginx', securityContext: { privileged: true } }];
    return api.ask('POST', '/api/v1/namespaces/shop/pods?dryRun=All', { metadata: { name }, spec: { containers } });
  }

  async function condition(name: string, type: string): Promise<string | undefined> {
    const { status } = (await client.get(policyKind('AdmissionPolicy'), { name })) as {
      readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
    };
    return status?.conditions?.find((one) => one.type === type)?.status;
  }

  /** A policy whose status is about its last generation. */
  async function seen(name: string): Promise<Seen> {
    let found: Seen | undefined;
    await until(async () => {
      found = (await client.get(policyKind('AdmissionPolicy'), { name })) as unknown as Seen;
      return found.status?.observedGeneration === found.metadata.generation;
    });
    return found as Seen;
  }

  /** How many authorities the API server trusts. */
  async function authorities(): Promise<number> {
    const found = await client.get(RESOURCES.validatingWebhookConfigurations, { name: 'bulkhead' });
    const [first] = found['webhooks'] as readonly { readonly clientConfig: { readonly caBundle: string } }[];
    return (
      Buffer.from(first?.clientConfig.caBundle ?? '', 'base64')
        .toString()
        .split('BEGIN CERTIFICATE').length - 1
    );
  }
});

function policy(mode: string): Json {
  return { mode, selector: { namespaces: ['shop'] }, rules: [{ name: 'baseline', podSecurity: 'baseline' }] };
}

function is(event: string): (line: Json) => boolean {
  return (line) => line['event'] === event;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const over = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > over) throw new Error('it did not come about in a minute');
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
  }
}
