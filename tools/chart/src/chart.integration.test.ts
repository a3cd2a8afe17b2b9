import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { customResourceDefinitions } from '@bulkhead/kube';
import { type KubeApi, kubeApiMissing, startKubeApi } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Manifest, rendered } from './helm.ts';

const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`the chart is not shown to an API server: ${missing}\n`);
const CLI = resolve(import.meta.dirname, '../../../apps/cli/src/main.ts');
const execute = promisify(execFile);

/** What the tested version has under older names or not at all; its objects are of the versions it has. */
const OLD = ['--kube-version', '1.20.2', '--api-versions', 'policy/v1beta1'];

const VARIANTS: readonly (readonly [string, object])[] = [
  ['as it is', {}],
  [
    'the whole platform',
    {
      worker: { enabled: true, advisories: ['https://osv.example'] },
      api: { store: { postgres: { host: 'pg', existingSecret: 'pg' } } },
    },
  ],
  [
    'with what it needs for evaluation',
    { worker: { enabled: true, advisories: ['https://osv.example'] }, postgres: { embedded: true } },
  ],
  ['the webhook alone', { api: { enabled: false }, agent: { enabled: false } }],
  ['the agent alone', { api: { enabled: false }, webhook: { enabled: false }, agent: { policy: { 'a.yaml': 'x' } } }],
  ['certificates of somebody else', { webhook: { tls: { existingSecret: 'tls', caBundle: 'QQ==' } } }],
];

describe.skipIf(missing !== undefined)('what the chart renders', () => {
  let api: KubeApi;

  beforeAll(async () => {
    api = await startKubeApi();
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'bulkhead' } });
  }, 120_000);
  afterAll(() => api?.remove());

  it.each(VARIANTS)('is taken by an API server: %s', { timeout: 60_000 }, async (_, values) => {
    for (const manifest of await rendered(values, OLD)) {
      if (manifest.apiVersion === 'policy/v1') continue;
      const { status, body } = await api.ask('POST', `${await pathOf(api, manifest)}?dryRun=All`, manifest);
      expect({ name: `${manifest.kind} ${manifest.metadata.name}`, status, body }).toMatchObject({ status: 201 });
    }
  });

  it('is defined so that an API server serves it', { timeout: 60_000 }, async () => {
    for (const definition of customResourceDefinitions()) {
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All';
      expect(await api.ask('POST', path, definition)).toMatchObject({ status: 201 });
    }
  });

  it.each(['api', 'webhook', 'worker', 'redis', 'postgres'])(
    'of the %s keeps the restricted Pod Security Standard by its own admission',
    { timeout: 60_000 },
    async (component) => {
      const objects = (await rendered(VARIANTS[2]?.[1] ?? {}, OLD)).filter((object) => isWorkloadOf(object, component));
      const folder = await mkdtemp(join(tmpdir(), 'bulkhead-chart-'));
      try {
        await writeFile(
          join(folder, 'objects.json'),
          JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
        );
        await writeFile(
          join(folder, 'policy.yaml'),
          `apiVersion: bulkhead.io/v1alpha1
kind: AdmissionPolicy
metadata: { name: restricted }
spec:
  mode: protect
  selector: { namespaces: [bulkhead] }
  rules: [{ name: restricted, podSecurity: restricted }]
`,
        );
        const words = ['admission', 'review', join(folder, 'objects.json'), '--policy', join(folder, 'policy.yaml')];
        const { stdout } = await execute(process.execPath, [CLI, ...words, '--format', 'json']);
        expect(objects).toHaveLength(1);
        expect(JSON.parse(stdout)).toMatchObject({
          verdict: 'allow',
          objects: [{ policies: ['restricted'], violations: [] }],
          errors: [],
        });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

function isWorkloadOf(object: Manifest, component: string): boolean {
  const { labels } = object.metadata as { readonly labels?: Readonly<Record<string, string>> };
  return ['Deployment', 'StatefulSet'].includes(object.kind) && labels?.['app.kubernetes.io/component'] === component;
}

async function pathOf(api: KubeApi, { apiVersion, kind, metadata }: Manifest): Promise<string> {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { body } = await api.ask('GET', base);
  const { resources = [] } = body as {
    readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
  };
  const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  if (found === undefined) throw new Error(`the API server has no ${kind} of ${apiVersion}`);
  return found.namespaced ? `${base}/namespaces/${metadata.namespace}/${found.name}` : `${base}/${found.name}`;
}
