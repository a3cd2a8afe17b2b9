import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type KubeAnswer,
  type KubeApi,
  kubeApiMissing,
  LineProcess,
  makeCertificate,
  startKubeApi,
} from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const PODS = '/api/v1/namespaces/shop/pods';
const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`the webhook is not tested with an API server: ${missing}\n`);

type Json = Readonly<Record<string, unknown>>;

describe.skipIf(missing !== undefined)('the webhook of a real API server', () => {
  let folder: string;
  let api: KubeApi;
  let webhook: LineProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-webhook-'));
    for (const name of ['old', 'new']) {
      mkdirSync(join(folder, name));
      await makeCertificate(join(folder, name), ['127.0.0.1']);
    }
    useCertificate('old');
    writePolicy('protect');
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({
        policy: [join(folder, 'policy.yaml')],
        host: '127.0.0.1',
        port: 0,
        tls: { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') },
        followSeconds: 0.1,
        drainSeconds: 0,
        metrics: { port: 0 },
      }),
    );
    webhook = new LineProcess('webhook', undefined, process.execPath, [MAIN, '--config', join(folder, 'config.json')]);
    const started = await webhook.waitFor('start', (line) => line['event'] === 'webhook-started', { withinMs: 60_000 });
    api = await startKubeApi();
    await configure(Number(started['port']));
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
    // The API server takes some time to know a new webhook.
    await until(async () => (await create(pod('probe', { hostPID: true }), '?dryRun=All')).status === 403);
  }, 180_000);

  afterAll(async () => {
    await api?.remove();
    await webhook?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('denies what a policy forbids, and the answer names rule, container and fix', async () => {
    const { status, body } = await create(pod('bad', {}, { securityContext: { privileged: true } }));

    expect(status).toBe(403);
    expect(body['message']).toBe(
      'admission webhook "admission.bulkhead.io" denied the request: p/baseline: container app: privileged: true; Remove privileged: true; add the one capability that is needed',
    );
  });

  it('lets in what no rule forbids, and warns of what a rule warns of', async () => {
    const { status, warnings } = await create(pod('good', {}));

    expect(status).toBe(201);
    expect(warnings).toEqual([expect.stringContaining('p/no-latest: container app: image nginx has the tag latest')]);
  });

  it('answers for what makes pods, wherever the pod is in it', async () => {
    const template = { metadata: { labels: { app: 'a' } }, spec: { ...podSpec({ hostNetwork: true }) } };
    const spec = { selector: { matchLabels: { app: 'a' } }, template };
    const deployment = await api.ask('POST', '/apis/apps/v1/namespaces/shop/deployments', {
      metadata: { name: 'a' },
      spec,
    });
    const jobTemplate = { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } };
    const cronJob = await api.ask('POST', '/apis/batch/v1beta1/namespaces/shop/cronjobs', {
      metadata: { name: 'a' },
      spec: { schedule: '* * * * *', jobTemplate },
    });

    for (const { status, body } of [deployment, cronJob]) {
      expect(status).toBe(403);
      expect(body['message']).toContain('hostNetwork: true');
    }
  });

  it('looks into init containers, and answers a dry run without an event that counts', async () => {
    const from = webhook.lines.length;
    const init = { name: 'first', image: 'nginx:1', securityContext: { privileged: true } };
    const { status } = await create(pod('dry', { initContainers: [init] }), '?dryRun=All');

    expect(status).toBe(403);
    expect(
      await webhook.waitFor('event', (line) => line['event'] === 'admission', { from, withinMs: 10_000 }),
    ).toMatchObject({ dryRun: true, verdict: 'deny', subject: 'Pod/shop/dry', user: 'admin' });
  });

  it('lets updates through that leave the pod as it is, also of what is denied now', async () => {
    writePolicy('monitor');
    await webhook.waitFor('change', (line) => line['event'] === 'policies-changed', { withinMs: 10_000 });
    const created = await create(pod('early', { hostPID: true }));
    expect(created.status).toBe(201);
    expect(created.warnings.join()).toContain('(monitor) hostPID: true');

    const from = webhook.lines.length;
    writePolicy('protect');
    await webhook.waitFor('change', (line) => line['event'] === 'policies-changed', { from, withinMs: 10_000 });
    const path = `${PODS}/early`;
    expect((await create(pod('late', { hostPID: true }))).status).toBe(403);
    expect((await api.ask('PATCH', path, { metadata: { finalizers: ['example.org/keep'] } })).status).toBe(200);
    expect((await api.ask('PATCH', path, { metadata: { labels: { a: 'b' } } })).status).toBe(403);
    expect((await api.ask('DELETE', path)).status).toBe(200);
    // It is being deleted: whatever its controllers still write has to pass.
    expect((await api.ask('PATCH', path, { metadata: { finalizers: null, labels: { a: 'b' } } })).status).toBe(200);
  });

  it('keeps the last valid policy while the files hold none, and says so', async () => {
    const from = webhook.lines.length;
    writeFileSync(join(folder, 'policy.yaml'), 'kind: AdmissionPolicy\n');
    const rejected = await webhook.waitFor('rejection', (line) => line['event'] === 'policies-rejected', {
      from,
      withinMs: 10_000,
    });

    expect(rejected['problems']).toContainEqual(expect.stringContaining('policy.yaml:1: document 1: apiVersion'));
    expect((await create(pod('still', { hostPID: true }))).status).toBe(403);
    writePolicy('protect');
  });

  it('takes a renewed certificate without a restart, and none that is not its key’s', async () => {
    let from = webhook.lines.length;
    copyFileSync(join(folder, 'new', 'certificate.pem'), join(folder, 'tls.crt'));
    await webhook.waitFor('rejection', (line) => line['event'] === 'certificate-rejected', { from, withinMs: 10_000 });
    expect((await create(pod('between', { hostPID: true }))).status).toBe(403);

    from = webhook.lines.length;
    useCertificate('new');
    await webhook.waitFor('change', (line) => line['event'] === 'certificate-changed', { from, withinMs: 10_000 });
    expect((await create(pod('after', { hostPID: true }))).status).toBe(403);
  });

  it('leaves it to the failure policy when it is gone', async () => {
    expect(await webhook.stop()).toBe(0);
    const { status, body } = await create(pod('alone', {}));

    expect(status).toBe(500);
    expect(body['message']).toContain('failed calling webhook "admission.bulkhead.io"');
  });

  function create(object: Json, query = ''): Promise<KubeAnswer> {
    return api.ask('POST', `${PODS}${query}`, object);
  }

  function useCertificate(name: string): void {
    copyFileSync(join(folder, name, 'key.pem'), join(folder, 'tls.key'));
    copyFileSync(join(folder, name, 'certificate.pem'), join(folder, 'tls.crt'));
  }

  function writePolicy(mode: string): void {
    writeFileSync(
      join(folder, 'policy.yaml'),
      `apiVersion: bulkhead.io/v1alpha1
kind: AdmissionPolicy
metadata: { name: p }
spec:
  mode: ${mode}
  selector: { namespaces: [shop] }
  rules:
    - { name: baseline, podSecurity: baseline }
    - { name: no-latest, verdict: warn, images: { denyTags: [latest] } }
`,
    );
  }

  async function configure(port: number): Promise<void> {
    const bundle = ['old', 'new'].map((name) => readFileSync(join(folder, name, 'certificate.pem'), 'utf8')).join('');
    const { status } = await api.ask('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
      metadata: { name: 'bulkhead' },
      webhooks: [
        {
          name: 'admission.bulkhead.io',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          timeoutSeconds: 5,
          clientConfig: {
            url: `https://127.0.0.1:${port}/validate`,
            caBundle: Buffer.from(bundle).toString('base64'),
          },
          rules: [
            {
              apiGroups: ['', 'apps', 'batch'],
              apiVersions: ['*'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['pods', 'pods/ephemeralcontainers', 'deployments', 'cronjobs'],
            },
          ],
        },
      ],
    });
    expect(status).toBe(201);
  }
});

function podSpec(spec: Json, container: Json = {}): Json {
  return { containers: [{ name: 'app', image: 'nginx', ...container }], ...spec };
}

function pod(name: string, spec: Json, container: Json = {}): Json {
  return { metadata: { name }, spec: podSpec(spec, container) };
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
