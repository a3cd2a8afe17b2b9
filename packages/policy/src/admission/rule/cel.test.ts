import { objectOf, plainValue } from '@bulkhead/pod-rules';
import { describe, expect, it } from 'vitest';
import { NO_IMAGES } from '../image/knowledge.ts';
import { type AdmissionDecision, type Circumstances, judge } from '../judge.ts';
import { parseAdmissionPolicy } from '../kind.ts';
import type { AdmissionPolicy } from '../policy.ts';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
  spec: {
    initContainers: [{ name: 'setup', image: 'busybox:latest' }],
    containers: [{ name: 'app', image: 'app:1.2' }],
  },
};

describe('a rule with an expression', () => {
  it('is broken where the expression is false, and says what is wrong in its words', () => {
    const rule = { expression: 'has(object.metadata.labels.team)', message: 'says no team' };

    expect(decided([rule])).toMatchObject({
      verdict: 'deny',
      violations: [{ rule: 'rule-0', subject: 'Pod/shop/web', message: 'says no team' }],
    });
    expect(decided([{ expression: 'object.metadata.labels.app == "web"' }]).verdict).toBe('allow');
    expect(decided([{ expression: '1 == 2' }]).violations[0]?.message).toBe('does not hold: 1 == 2');
  });

  it('looks at each container by itself, init containers too', () => {
    const { violations } = decided([
      {
        each: 'container',
        expression: '!container.image.endsWith(":latest")',
        messageExpression: '"image " + container.image + " of " + object.metadata.name',
      },
    ]);

    expect(violations).toMatchObject([
      { subject: 'Pod/shop/web init container setup', message: 'image busybox:latest of web' },
    ]);
  });

  it('can be excused for a container', () => {
    const exception = {
      name: 'setup',
      rules: ['rule-0'],
      containers: ['setup'],
      owner: 'a@example.com',
      reason: 'for now',
      expires: '2027-01-31',
    };
    const decision = decided([{ each: 'container', expression: '!container.image.endsWith(":latest")' }], {
      exceptions: [exception],
    });

    expect(decision).toMatchObject({ verdict: 'allow', excused: [{ exception: { name: 'setup' } }] });
  });

  it('means by variables.pod and variables.containers the same for every kind', () => {
    const rule = {
      expression:
        'variables.containers.size() == 2 && variables.pod.metadata.labels.app == "web" && variables.pod.spec.containers.size() == 1',
    };
    const template = { metadata: POD.metadata, spec: POD.spec };
    for (const object of [
      POD,
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { template } },
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'c' },
        spec: { jobTemplate: { spec: { template } } },
      },
    ]) {
      expect(decided([rule], { object }).violations).toEqual([]);
    }
  });

  it('knows of the request what came with it, and takes an object of a file for one that is created', () => {
    const text =
      'request.operation == "UPDATE" && oldObject.spec.containers[0].image == "app:1.1" && request.userInfo.username == "bob"';
    const circumstances: Circumstances = {
      request: {
        kind: { group: '', version: 'v1', kind: 'Pod' },
        name: 'web',
        namespace: 'shop',
        operation: 'UPDATE',
        subResource: '',
        dryRun: false,
        userInfo: { username: 'bob', uid: '', groups: [] },
      },
      oldObject: { spec: { containers: [{ image: 'app:1.1' }] } },
    };

    expect(decided([{ expression: text }], { circumstances }).verdict).toBe('allow');
    const ofFile =
      'request.operation == "CREATE" && oldObject == null && request.namespace == "shop" && namespaceObject.metadata.name == "shop" && request.kind.kind == "Pod" && request.kind.version == "v1" && request.name == "web"';
    expect(decided([{ expression: ofFile }]).verdict).toBe('allow');
  });

  it.each([
    ['Fail', 'deny'],
    ['Ignore', 'warn'],
  ])('without an answer is by its failurePolicy %s: %s', (failurePolicy, verdict) => {
    for (const expression of ['object.spec.nope == 1', 'object.metadata.name', 'object.spec.containers']) {
      const decision = decided([{ expression, failurePolicy }]);

      expect(decision.verdict, expression).toBe(verdict);
      expect(decision.violations[0]?.message).toMatch(/^the expression has no answer: /);
    }
  });

  it('has no answer for an object that is too large', () => {
    const env = Array.from({ length: 10_000 }, (_, index) => ({ name: `e${index}`, value: '1' }));
    const object = { ...POD, spec: { containers: [{ name: 'app', image: 'app:1', env }] } };

    expect(decided([{ expression: 'true' }], { object }).violations).toMatchObject([
      { verdict: 'deny', message: 'the expression has no answer: the object is too large for expressions' },
    ]);
  });

  it('takes from what all rules have: the last of many expensive ones has nothing left', () => {
    const expensive = `${'variables.containers.all(a, '.repeat(16)}true${')'.repeat(16)}`;
    const { violations } = decided(
      Array.from({ length: 8 }, () => ({ expression: expensive })).concat({ expression: 'true' }),
    );

    expect(violations.map(({ rule }) => rule)).toEqual(Array.from({ length: 9 }, (_, index) => `rule-${index}`));
    expect(violations.at(-1)?.message).toBe('the expression has no answer: takes more steps than an expression may');
  });

  it('is refused with the path and the place of every mistake', () => {
    expect(
      read([
        { expression: 'object.a.frob()' },
        { expression: 'true', messageExpression: 'x' },
        { each: 'container', expression: 'container.image != ""' },
      ]),
    ).toMatchObject({
      ok: false,
      problems: [
        { path: ['spec', 'rules', 0, 'cel', 'expression'], message: '1:9: there is no function "frob" here' },
        {
          path: ['spec', 'rules', 1, 'cel', 'messageExpression'],
          message: expect.stringContaining('1:1: unknown variable "x"'),
        },
      ],
    });
  });
});

interface Given {
  readonly object?: object;
  readonly exceptions?: readonly object[];
  readonly circumstances?: Circumstances;
}

function read(rules: readonly object[], exceptions: readonly object[] = []): ReturnType<typeof parseAdmissionPolicy> {
  return parseAdmissionPolicy({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name: 'p' },
    spec: { mode: 'protect', rules: rules.map((cel, index) => ({ name: `rule-${index}`, cel })), exceptions },
  });
}

function decided(rules: readonly object[], { object = POD, exceptions, circumstances }: Given = {}): AdmissionDecision {
  const policy = read(rules, exceptions);
  const policies: readonly AdmissionPolicy[] = policy.ok ? [policy.value] : [];
  const known = objectOf(plainValue(object));
  const decision = known && judge(known, 'shop', policies, Date.parse('2026-12-01'), NO_IMAGES, circumstances);
  if (!policy.ok || decision === undefined) throw new Error(JSON.stringify(policy));
  return decision;
}
