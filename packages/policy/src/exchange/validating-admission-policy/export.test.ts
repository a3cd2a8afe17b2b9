import { type CelInput, CelScalar, celEnv, celFunc, celMethod, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputOf } from '../../admission/expression/cel/input.ts';
import type { AdmissionPolicy } from '../../admission/policy.ts';
import { parseQuantity } from '../../admission/quantity.ts';
import { requireAdmissionPolicies } from '../../admission/read-policies.ts';
import { review } from '../../admission/review/review.ts';
import { exportValidatingAdmissionPolicies } from './export.ts';
import { CRITERIA, PODS, policyOf } from './test-support/samples.ts';

const NOW = Date.parse('2026-12-01');

describe('an exported ValidatingAdmissionPolicy', () => {
  it.each(Object.keys(CRITERIA))('denies and admits the same pods and templates as the rule %s', (name) => {
    const policies = policyOf(name, CRITERIA[name] ?? {});
    const { documents } = exportValidatingAdmissionPolicies(policies, NOW);
    let denied = 0;
    fc.assert(
      fc.property(
        PODS,
        fc.constantFrom('Pod', 'Deployment', 'CronJob'),
        fc.constantFrom(name, 'others'),
        (pod, kind, namespace) => {
          const object = objectOf(kind, pod);
          const own = review([{ file: 'object', text: JSON.stringify(object) }], policies, { namespace, now: NOW });
          denied += own.verdict === 'deny' ? 1 : 0;

          expect(admits(documents, request(kind, namespace), object)).toBe(own.verdict !== 'deny');
        },
      ),
      { numRuns: 150, seed: 7 },
    );

    expect(denied).toBeGreaterThan(0);
  });

  it('selects as the policy does, and lets pass what is excused now', () => {
    const policies = selecting();
    const { documents, notes } = exportValidatingAdmissionPolicies(policies, NOW);
    const names = ['bad', 'excluded-1', 'excused', 'expired'];
    for (const [name, namespace, app] of names.flatMap((one) => [
      [one, 'others', 'web'],
      [one, 'shop', 'web'],
      [one, 'others', 'api'],
    ])) {
      const object = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { app } },
        spec: { containers: [{ name: 'a', image: 'a' }] },
      };
      const own = review([{ file: 'object', text: JSON.stringify(object) }], policies, {
        namespace: String(namespace),
        now: NOW,
      });

      expect(admits(documents, request('Pod', String(namespace)), object), `${name} ${namespace} ${app}`).toBe(
        own.verdict !== 'deny',
      );
    }
    expect(notes).toEqual(['policy selecting: exception now: does not end there on 2999-01-01: export again']);
  });

  it('passes over updates that leave the pod as it was, what is being deleted, and what has no pod', () => {
    const { documents } = exportValidatingAdmissionPolicies(policyOf('labels', CRITERIA['labels'] ?? {}), NOW);
    const spec = { containers: [{ name: 'a', image: 'a' }] };
    const before = { metadata: { name: 'a' }, spec: { replicas: 1, template: { spec } } };
    const scaled = { metadata: { name: 'a' }, spec: { replicas: 2, template: { spec } } };
    const changed = {
      metadata: { name: 'a' },
      spec: { replicas: 1, template: { metadata: { labels: { a: 'b' } }, spec } },
    };
    const update = request('Deployment', 'labels', 'UPDATE');

    expect(admits(documents, update, scaled, before)).toBe(true);
    expect(admits(documents, update, changed, before)).toBe(false);
    expect(
      admits(documents, update, { ...changed, metadata: { deletionTimestamp: '2026-12-01T00:00:00Z' } }, before),
    ).toBe(true);
    expect(admits(documents, request('Rollout', 'labels'), { metadata: {}, spec: { workloadRef: {} } })).toBe(true);
    expect(admits(documents, request('Rollout', 'labels', 'UPDATE'), changed, { spec: {} })).toBe(false);
  });

  it('leaves out what cannot be said, with a note, and warns where the policy does', () => {
    const text = JSON.stringify({
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'AdmissionPolicy',
      metadata: { name: 'mixed' },
      spec: {
        mode: 'protect',
        kinds: ['Pod', 'Deployment'],
        rules: [
          { name: 'level', podSecurity: 'restricted' },
          { name: 'ids', misconfigurations: ['kubernetes-privileged'] },
          { name: 'found', vulnerabilities: { severity: 'high' } },
          { name: 'some', images: { digest: 'required' } },
          { name: 'owner', labels: { require: { team: '*' } }, fix: 'Say\nwho' },
          { name: 'soft', verdict: 'warn', labels: { require: { tier: '*' } } },
        ],
        exceptions: [
          { name: 'one', rules: ['some'], containers: ['a'], owner: 'a', reason: 'b', expires: '2999-01-01' },
        ],
      },
    });
    const { documents, notes } = exportValidatingAdmissionPolicies(
      requireAdmissionPolicies([{ file: 'p', text }]),
      NOW,
    );

    expect(notes).toEqual([
      'policy mixed: rule level: not exported: the label pod-security.kubernetes.io/enforce: restricted of a namespace says it',
      'policy mixed: rule ids: not exported: misconfigurations are known to Bulkhead alone',
      'policy mixed: rule found: not exported: it needs more than the object',
      'policy mixed: rule some: not exported: its exception one is for some containers or images',
    ]);
    expect(documents).toMatchObject([
      {
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'bulkhead-mixed' },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: {
            resourceRules: [
              { apiGroups: [''], resources: ['pods', 'pods/ephemeralcontainers', 'pods/resize'] },
              { apiGroups: ['apps'], resources: ['deployments'] },
            ],
          },
          validations: [{ message: 'mixed/owner: does not hold; Say who' }],
        },
      },
      { kind: 'ValidatingAdmissionPolicyBinding', spec: { policyName: 'bulkhead-mixed', validationActions: ['Deny'] } },
      { kind: 'ValidatingAdmissionPolicy', metadata: { name: 'bulkhead-mixed.warn' } },
      { spec: { policyName: 'bulkhead-mixed.warn', validationActions: ['Warn'] } },
    ]);
  });

  it('has no name that another has, however policies are named', () => {
    const policies = requireAdmissionPolicies([
      { file: 'a', text: named('owners', 'warn') },
      { file: 'b', text: named('owners-warn', 'deny') },
    ]);
    const { documents } = exportValidatingAdmissionPolicies(policies, NOW);

    expect(documents).toMatchObject([
      { kind: 'ValidatingAdmissionPolicy', metadata: { name: 'bulkhead-owners.warn' } },
      { kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'bulkhead-owners.warn' } },
      { kind: 'ValidatingAdmissionPolicy', metadata: { name: 'bulkhead-owners-warn' } },
      { kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'bulkhead-owners-warn' } },
    ]);
  });
});

function named(name: string, verdict: 'deny' | 'warn'): string {
  const rules = [{ name: 'owner', verdict, labels: { require: { team: '*' } } }];
  const head = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'AdmissionPolicy', metadata: { name } };
  return JSON.stringify({ ...head, spec: { mode: 'protect', rules } });
}

function selecting(): readonly AdmissionPolicy[] {
  const excuse = (name: string, expires: string, over: object): object => ({
    name,
    rules: ['owner'],
    owner: 'a',
    reason: 'b',
    expires,
    ...over,
  });
  const spec = {
    mode: 'protect',
    selector: {
      namespaces: ['other?'],
      labels: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
    },
    exclude: { names: ['excluded-*'] },
    rules: [{ name: 'owner', labels: { require: { team: '*' } } }],
    exceptions: [
      excuse('old', '2020-01-01', { selector: { names: ['expired'] } }),
      excuse('now', '2999-01-01', { selector: { names: ['excused'] } }),
      // Of what a rule about labels finds they let nothing pass.
      excuse('for-a-vulnerability', '2999-01-01', { vulnerabilities: ['CVE-2024-3094'] }),
      excuse('for-a-misconfiguration', '2999-01-01', {
        misconfigurations: ['kubernetes-privileged'],
        selector: { names: ['*'] },
      }),
    ],
  };
  const text = JSON.stringify({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name: 'selecting' },
    spec,
  });
  return requireAdmissionPolicies([{ file: 'p', text }]);
}

function objectOf(kind: string, pod: { readonly metadata: object; readonly spec: object }): object {
  const template = { metadata: pod.metadata, spec: pod.spec };
  if (kind === 'Pod') return pod;
  const spec = kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
  return { apiVersion: kind === 'CronJob' ? 'batch/v1' : 'apps/v1', kind, metadata: { name: 'p1' }, spec };
}

function request(kind: string, namespace: string, operation = 'CREATE'): object {
  return { kind: { kind }, namespace, operation, userInfo: { username: '' } };
}

// Below: how an API server evaluates such policies, by the language alone and by none of the code that evaluates rules.

const { STRING, DOUBLE, INT } = CelScalar;
const LIBRARY = celEnv({
  funcs: [
    ...strings,
    celFunc('quantity', [STRING], DOUBLE, (text) => parseQuantity(text) ?? Number.NaN),
    celMethod('compareTo', DOUBLE, [DOUBLE], INT, function (other) {
      return BigInt(Math.sign(this - other));
    }),
  ],
});

interface Exported {
  readonly kind: string;
  readonly spec: {
    readonly failurePolicy: 'Fail' | 'Ignore';
    readonly matchConditions: readonly { readonly expression: string }[];
    readonly variables: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly { readonly expression: string }[];
  };
}

function admits(documents: readonly object[], facts: object, object: object, oldObject: object | null = null): boolean {
  const policies = (documents as readonly Exported[]).filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  return policies.every(({ spec }) => {
    const namespace = (facts as { readonly namespace?: string }).namespace;
    const variables = new Map<string, CelInput>();
    const inputs = {
      object: inputOf(object) ?? null,
      oldObject: inputOf(oldObject) ?? null,
      request: inputOf(facts) ?? null,
      namespaceObject: inputOf({ metadata: { name: namespace } }) ?? null,
      variables,
    };
    const conditions = spec.matchConditions.map(({ expression }) => evaluated(expression, inputs));
    if (conditions.includes(false)) return true;
    if (conditions.includes(undefined)) return spec.failurePolicy === 'Ignore';
    for (const { name, expression } of spec.variables) {
      const value = evaluated(expression, inputs);
      if (value !== undefined) variables.set(name, value);
    }
    return spec.validations.every(
      ({ expression }) => (evaluated(expression, inputs) ?? spec.failurePolicy === 'Ignore') === true,
    );
  });
}

const PLANS = new Map<string, (inputs: Record<string, CelInput>) => unknown>();

function evaluated(expression: string, inputs: Record<string, CelInput>): CelInput | undefined {
  const known = PLANS.get(expression) ?? plan(LIBRARY, parse(expression));
  PLANS.set(expression, known);
  const value = known(inputs);
  return isCelError(value) ? undefined : (value as CelInput);
}
