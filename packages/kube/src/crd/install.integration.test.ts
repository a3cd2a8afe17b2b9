import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_SENSORS, dataSensorDocument, dataSensorKind } from '@bulkhead/dlp';
import { type KubeApi, kubeApiMissing, startKubeApi } from '@bulkhead/lab';
import {
  admissionPolicyKind,
  filePolicyKind,
  loadDocuments,
  networkRuleSetKind,
  processPolicyKind,
  responseRuleKind,
  workloadGroupKind,
} from '@bulkhead/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCES } from '../client/resource.ts';
import { type PodOfTest, podOf } from '../test-support/cluster.ts';
import { customResourceDefinitions, VERSION_ANNOTATION } from './definition.ts';
import { installDefinitions, isNewer } from './install.ts';
import { POLICY_KINDS, policyKind } from './policy-kinds.ts';

const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`definitions are not tested with an API server: ${missing}\n`);
const EXAMPLES = join(import.meta.dirname, '../../../../examples');
const US = { fieldManager: 'test' };

describe.skipIf(missing !== undefined)('installDefinitions on a real API server', () => {
  let api: KubeApi;
  let pod: PodOfTest;

  beforeAll(async () => {
    api = await startKubeApi();
    pod = podOf(api);
    await installDefinitions(pod.client, US);
  }, 180_000);
  afterAll(async () => {
    pod?.remove();
    await api?.remove();
  });

  it('has the API server serve all kinds, and find nothing wrong with their schemas', async () => {
    for (const kind of POLICY_KINDS) {
      expect(await pod.client.serves(kind)).toBe(true);
      const name = `${kind.plural}.${kind.group}`;
      const { body } = await api.ask('GET', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
      const { conditions } = body['status'] as { readonly conditions: readonly { readonly type: string }[] };
      expect(conditions.map(({ type }) => type)).not.toContain('NonStructuralSchema');
    }
  });

  it('applies again what it applied, and leaves alone what a later version wrote', async () => {
    expect(await installDefinitions(pod.client, US)).toEqual(
      customResourceDefinitions().map(({ metadata }) =>
        expect.objectContaining({ name: metadata.name, outcome: 'applied' }),
      ),
    );
    const [first] = customResourceDefinitions();
    const name = first?.metadata.name ?? '';
    const annotations = { [VERSION_ANNOTATION]: '99.0.0' };
    await pod.client.mergePatch(RESOURCES.customResourceDefinitions, { name }, { metadata: { annotations } }, US);

    expect((await installDefinitions(pod.client, US))[0]).toEqual({ name, outcome: 'newer', version: '99.0.0' });
  });

  it('takes every example and every sensor that is provided, as they are', async () => {
    const sources = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.ya?ml$/.test(file))
      .map((file) => ({ file, text: readFileSync(join(EXAMPLES, file), 'utf8') }));
    const kinds = [
      admissionPolicyKind,
      dataSensorKind,
      filePolicyKind,
      networkRuleSetKind,
      processPolicyKind,
      responseRuleKind,
      workloadGroupKind,
    ];
    const loaded = loadDocuments(sources, kinds);
    const written = kinds.flatMap((kind) =>
      loaded.of<{ readonly name: string }>(kind).map(({ raw }) => raw as Document),
    );
    const documents = [...written, ...DEFAULT_SENSORS.map((sensor) => dataSensorDocument(sensor) as Document)];

    expect(documents.length).toBeGreaterThan(10);
    for (const document of documents) {
      const { status, body } = await api.ask(
        'POST',
        `/apis/bulkhead.io/v1alpha1/${policyKind(document.kind).plural}?dryRun=All`,
        document,
      );
      expect(status, JSON.stringify(body)).toBe(201);
    }
  });

  it.each([
    ['a mode that is none', { mode: 'observe', selector: { names: ['*'] } }, 'spec.mode'],
    ['a selector that is a text', { mode: 'monitor', selector: 'all' }, 'spec.selector'],
    ['no mode', { selector: { names: ['*'] } }, 'spec.mode'],
    ['a glob that is a number', { mode: 'monitor', selector: { names: [1] } }, 'spec.selector.names'],
  ])('has %s refused at once, with its path', async (_, spec, path) => {
    await expect(
      pod.client.create(policyKind('WorkloadGroup'), { metadata: { name: 'x' }, spec }),
    ).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining(path),
    });
  });

  it('refuses names that no policy can have, and keeps keys that it does not know', async () => {
    const spec = { mode: 'monitor', selector: { names: ['*'], namepaces: ['x'] }, excpetions: {} };
    await expect(
      pod.client.create(policyKind('WorkloadGroup'), { metadata: { name: 'a.b' }, spec }),
    ).rejects.toMatchObject({
      code: 'INVALID',
    });
    await pod.client.create(policyKind('WorkloadGroup'), { metadata: { name: 'kept' }, spec });

    expect(await pod.client.get(policyKind('WorkloadGroup'), { name: 'kept' })).toMatchObject({ spec });
  });

  it('shows mode, acceptance and enforcement in a table', async () => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/workloadgroups.bulkhead.io';
    const { body } = await api.ask('GET', path);
    const spec = body['spec'] as {
      readonly versions: readonly { readonly additionalPrinterColumns: readonly { readonly name: string }[] }[];
    };

    expect(spec.versions[0]?.additionalPrinterColumns.map(({ name }) => name)).toEqual([
      'Mode',
      'Accepted',
      'Enforced',
      'Age',
    ]);
  });
});

describe('isNewer', () => {
  it.each([
    ['1.2.0', '1.1.9', true],
    ['1.10.0', '1.9.0', true],
    ['1.1.0', '1.1.0', false],
    ['1.1.0', '1.1.0-rc.1', true],
    ['1.1.0-rc.10', '1.1.0-rc.9', true],
    ['1.1.0-rc.1', '1.1.0', false],
    ['latest', '1.0.0', false],
    ['1.0.0', '', true],
  ])('%s over %s: %s', (version, than, expected) => {
    expect(isNewer(version, than)).toBe(expected);
  });
});

interface Document {
  readonly kind: string;
}
