import { type KubeApi, kubeApiMissing, startKubeApi } from '@bulkhead/lab';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireAdmissionPolicies } from '../../admission/read-policies.ts';
import { review } from '../../admission/review/review.ts';
import { exportValidatingAdmissionPolicies } from './export.ts';
import { CRITERIA, PODS, policyOf } from './test-support/samples.ts';

const missing = kubeApiMissing() ?? (await tooOld());
if (missing !== undefined) process.stderr.write(`exported admission policies are not tested: ${missing}\n`);

describe.skipIf(missing !== undefined)('an exported ValidatingAdmissionPolicy', () => {
  let api: KubeApi;

  beforeAll(async () => {
    api = await startKubeApi();
    for (const namespace of [...Object.keys(CRITERIA), 'free', 'others']) {
      const { status } = await api.ask('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
      if (status !== 201) throw new Error(`the namespace ${namespace} cannot be made: ${status}`);
    }
  }, 180_000);
  afterAll(() => api?.remove());

  it('denies and admits the same pods as Bulkhead does', async () => {
    const policies = Object.entries(CRITERIA).map(([name, criterion]) => policyOf(name, criterion));
    const { documents, notes } = exportValidatingAdmissionPolicies(policies.flat(), Date.now());
    expect(notes).toEqual([expect.stringContaining('policy ignored: rule only')]);
    await applyAll(api, documents);

    const denied = new Map<string, number>();
    for (const pod of fc.sample(PODS, { numRuns: 60, seed: 5 })) {
      if (!(await created(api, 'free', pod)).allowed) continue;
      for (const [index, name] of Object.keys(CRITERIA).entries()) {
        const answer = await created(api, name, pod);
        const own = review([{ file: 'pod', text: JSON.stringify(pod) }], policies[index] ?? [], {
          namespace: name,
          now: Date.now(),
        });
        const wanted = own.verdict !== 'deny';
        expect(
          answer.allowed,
          `${name}: ${answer.message}\n${JSON.stringify(own.objects[0]?.violations)}\n${JSON.stringify(pod)}`,
        ).toBe(wanted);
        if (!answer.allowed) denied.set(name, (denied.get(name) ?? 0) + 1);
      }
    }
    // Otherwise nothing would have been compared.
    expect([...denied.keys()].toSorted()).toEqual(Object.keys(CRITERIA).toSorted());
  }, 300_000);

  it('is about templates too, selects as the policy does, lets pass what is excused, and updates that change nothing', async () => {
    const [policy] = requireAdmissionPolicies([
      {
        file: 'p',
        text: JSON.stringify({
          apiVersion: 'bulkhead.io/v1alpha1',
          kind: 'AdmissionPolicy',
          metadata: { name: 'selecting' },
          spec: {
            mode: 'protect',
            selector: {
              namespaces: ['other?'],
              labels: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
            },
            exclude: { names: ['excluded-*'] },
            rules: [{ name: 'owner', labels: { require: { team: '*' } } }],
            exceptions: [
              {
                name: 'old',
                rules: ['owner'],
                selector: { names: ['expired'] },
                owner: 'a',
                reason: 'b',
                expires: '2020-01-01',
              },
              {
                name: 'now',
                rules: ['owner'],
                selector: { names: ['excused'] },
                owner: 'a',
                reason: 'b',
                expires: '2999-01-01',
              },
            ],
          },
        }),
      },
    ]);
    if (policy === undefined) throw new Error('no policy');
    const template = (labels: object): object => ({
      metadata: { labels },
      spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'app:1' }] },
    });
    const job = (name: string, labels: object): object => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name },
      spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template: template(labels) } } },
    });
    const path = '/apis/batch/v1/namespaces/others/cronjobs';
    const unowned = job('kept', { app: 'web' });
    expect((await api.ask('POST', path, unowned)).status).toBe(201);
    await applyAll(api, exportValidatingAdmissionPolicies([policy], Date.now()).documents);

    const cases: readonly (readonly [string, object, boolean])[] = [
      ['bad', { app: 'web' }, false],
      ['good', { app: 'web', team: 'a' }, true],
      ['of-others', { app: 'api' }, true],
      ['excluded-1', { app: 'web' }, true],
      ['excused', { app: 'web' }, true],
      ['expired', { app: 'web' }, false],
    ];
    for (const [name, labels, allowed] of cases) {
      const { status, body } = await api.ask('POST', `${path}?dryRun=All`, job(name, labels));
      expect(status, `${name}: ${String(body['message'])}`).toBe(allowed ? 201 : 422);
      const text = JSON.stringify(job(name, labels));
      const own = review([{ file: name, text }], [policy], { namespace: 'others', now: Date.now() });
      expect(own.verdict !== 'deny', name).toBe(allowed);
    }
    const suspended = await api.ask('PATCH', `${path}/kept`, { spec: { suspend: true } });
    expect(suspended.status).toBe(200);
    const containers = [{ name: 'app', image: 'app:2' }];
    const changed = await api.ask('PATCH', `${path}/kept`, {
      spec: { jobTemplate: { spec: { template: { spec: { containers } } } } },
    });
    expect(changed.status).toBe(422);
    expect(String(changed.body['message'])).toContain('selecting/owner: does not hold');
  }, 120_000);
});

async function applyAll(api: KubeApi, documents: readonly object[]): Promise<void> {
  const plural: Readonly<Record<string, string>> = {
    ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
    ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
  };
  const probe = {
    ValidatingAdmissionPolicy: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: `probe-${documents.length}` },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        },
        validations: [{ expression: `object.metadata.name != "probe-${documents.length}"` }],
      },
    },
  };
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `probe-${documents.length}` },
    spec: { policyName: `probe-${documents.length}`, validationActions: ['Deny'] },
  };
  for (const document of [...documents, probe.ValidatingAdmissionPolicy, binding]) {
    const { kind = '' } = document as { readonly kind?: string };
    const { status, body } = await api.ask('POST', `/apis/admissionregistration.k8s.io/v1/${plural[kind]}`, document);
    expect(status, `${JSON.stringify(body)}\n${JSON.stringify(document, undefined, 1)}`).toBe(201);
  }
  // All policies come into force together, from one list: the last one shows that the others have.
  for (;;) {
    const { status } = await api.ask('POST', '/api/v1/namespaces/free/configmaps?dryRun=All', {
      metadata: { name: `probe-${documents.length}` },
    });
    if (status === 422) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function created(
  api: KubeApi,
  namespace: string,
  pod: object,
): Promise<{ readonly allowed: boolean; readonly message: string }> {
  const { status, body } = await api.ask('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);
  return { allowed: status === 201, message: JSON.stringify(body['message']) };
}

/** ValidatingAdmissionPolicy is there since Kubernetes 1.30. */
async function tooOld(): Promise<string | undefined> {
  const api = await startKubeApi();
  try {
    const { status } = await api.ask('GET', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies');
    const { body } = await api.ask('GET', '/version');
    return status === 200
      ? undefined
      : `Kubernetes ${String(body['gitVersion'])} has none; KUBE_APISERVER names a later one`;
  } finally {
    await api.remove();
  }
}
