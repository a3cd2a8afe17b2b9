import { type AdmissionPolicy, parseAdmissionPolicy } from '@bulkhead/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, answer } from './answer.ts';
import { AdmissionReview } from './wire.ts';

type Json = Readonly<Record<string, unknown>>;

const NOW = Date.parse('2026-11-26T12:00:00Z');
const BAD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { hostPID: true, containers: [] } };

describe('answer', () => {
  it('denies with the status and the audit annotations that Kubernetes knows', () => {
    expect(answered({ object: BAD }).response).toEqual({
      uid: 'u-1',
      allowed: false,
      status: { code: 403, reason: 'Forbidden', message: 'p/baseline: hostPID: true; Remove hostPID: true' },
      auditAnnotations: { verdict: 'deny', policies: 'p', rules: 'p/baseline' },
    });
  });

  it('allows in monitor, with a warning', () => {
    expect(answered({ object: BAD }, 'monitor').response).toMatchObject({
      allowed: true,
      warnings: ['p/baseline: (monitor) hostPID: true; Remove hostPID: true'],
    });
  });

  it('wishes for the scan of an image that rules wait for, once, and for none in a dry run', () => {
    const wished: string[] = [];
    const wish = (reference: string): 'queued' => {
      wished.push(reference);
      return 'queued';
    };
    const rules = [
      { name: 'v', vulnerabilities: { notScanned: 'wait' } },
      { name: 's', secrets: { notScanned: 'wait' } },
      { name: 'd', secrets: { notScanned: 'deny' } },
    ];
    const waiting = parseAdmissionPolicy({
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'AdmissionPolicy',
      metadata: { name: 'p' },
      spec: { mode: 'protect', rules },
    });
    if (!waiting.ok) throw new Error(JSON.stringify(waiting.problems));
    const spec = { containers: [{ name: 'a', image: 'r.example/a:1' }] };
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec };
    const asked = (dryRun: boolean): string => {
      const { request } = reviewOf({ object, dryRun });
      return answer(request, [waiting.value], NOW, undefined, wish).response.status?.message ?? '';
    };

    expect(asked(true)).not.toContain('its scan is queued');
    expect(wished).toEqual([]);
    expect(asked(false).match(/its scan is queued/g)).toHaveLength(2);
    expect(wished).toEqual(['r.example/a:1']);
  });

  it.each([
    ['a deletion', { operation: 'DELETE', object: null, oldObject: BAD }],
    ['a connection', { operation: 'CONNECT', object: { kind: 'PodExecOptions', apiVersion: 'v1' } }],
    ['a status', { operation: 'UPDATE', subResource: 'status', object: BAD }],
    ['a binding', { subResource: 'binding', object: { apiVersion: 'v1', kind: 'Binding' } }],
    ['what makes no pods', { object: { apiVersion: 'v1', kind: 'ConfigMap', data: {} } }],
    ['no object', { object: null }],
  ])('passes over %s', (_, request) => {
    expect(answered(request)).toMatchObject({ outcome: 'passed-over', response: { uid: 'u-1', allowed: true } });
  });

  it.each<readonly [string, Json, Answer['outcome']]>([
    ['the same pod', BAD, 'unchanged'],
    ['another annotation of its object', { ...BAD, status: { phase: 'Running' } }, 'unchanged'],
    ['a null where nothing was', { ...BAD, spec: { ...BAD.spec, nodeName: null } }, 'unchanged'],
    ['another node', { ...BAD, spec: { ...BAD.spec, nodeName: 'n' } }, 'deny'],
    ['another label', { ...BAD, metadata: { name: 'a', labels: { a: 'b' } } }, 'deny'],
    [
      'one that is being deleted',
      { ...BAD, metadata: { name: 'a', labels: { a: 'b' }, deletionTimestamp: 'x' } },
      'unchanged',
    ],
  ])('takes an update with %s', (_, object, outcome) => {
    expect(answered({ operation: 'UPDATE', object, oldObject: BAD }).outcome).toBe(outcome);
  });

  it.each(['ephemeralcontainers', 'resize'])('judges an update of %s', (subResource) => {
    const oldObject = { ...BAD, spec: { containers: [] } };

    expect(answered({ operation: 'UPDATE', subResource, object: BAD, oldObject }).outcome).toBe('deny');
  });

  it('judges by the namespace of the request where the object has none', () => {
    expect(answered({ object: BAD, namespace: 'kube-system' }).outcome).toBe('allow');
  });

  it('keeps message and warnings within what is shown, and says how many more there are', () => {
    const containers = Array.from({ length: 300 }, (_, index) => ({
      name: `c${index}`,
      image: `${'long/'.repeat(40)}x:latest\n`,
      securityContext: { privileged: true },
    }));
    const { response } = answered({ object: { ...BAD, spec: { containers } } });

    expect(response.status?.message).toMatch(/ \| and 290 more$/);
    expect(JSON.stringify(response).length).toBeLessThan(10_000);
    const warnings = answered({ object: { ...BAD, spec: { containers } } }, 'monitor').response.warnings ?? [];
    expect(warnings.every((warning) => warning.length <= 256 && !warning.includes('\n'))).toBe(true);
  });

  it('never throws, whatever the object', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (object, oldObject) => {
        const spec = { containers: object, volumes: object, securityContext: object };
        const whole = { apiVersion: 'v1', kind: 'Pod', metadata: oldObject, spec };

        expect(answered({ operation: 'UPDATE', object: whole, oldObject }).response.uid).toBe('u-1');
        expect(answered({ object }).response.uid).toBe('u-1');
      }),
    );
  });
});

function answered(request: Json, mode = 'protect'): Answer {
  return answer(reviewOf(request).request, [policy(mode)], NOW);
}

function reviewOf(request: Json): ReturnType<typeof AdmissionReview.parse> {
  return AdmissionReview.parse({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      operation: 'CREATE',
      namespace: 'shop',
      ...request,
    },
  });
}

function policy(mode: string): AdmissionPolicy {
  const parsed = parseAdmissionPolicy({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      mode,
      exclude: { namespaces: ['kube-*'] },
      rules: [{ name: 'baseline', podSecurity: 'baseline' }],
    },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}
