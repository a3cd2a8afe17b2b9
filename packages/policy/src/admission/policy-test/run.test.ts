import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../document/problem.ts';
import { runPolicyTests } from './run.ts';

const POLICY = `apiVersion: bulkhead.io/v1alpha1
kind: AdmissionPolicy
metadata: { name: p }
spec:
  mode: protect
  selector: { namespaces: [shop] }
  rules: [{ name: pods, podSecurity: baseline }]
  exceptions:
    - { name: e, rules: [pods], selector: { names: [old] }, owner: o, reason: r, expires: 2026-01-31 }
`;
const BAD = 'apiVersion: v1, kind: Pod, spec: { hostPID: true, containers: [{ name: a }] }';

describe('runPolicyTests', () => {
  it('passes a case that is decided as expected, in its namespace and at its time', () => {
    expect(
      outcomeOf(`namespace: shop
  at: 2026-01-31
  cases:
    - { name: a, object: { ${BAD} }, expect: { verdict: deny, rules: [p/pods] } }
    - { name: b, object: { ${BAD}, metadata: { name: old } }, expect: { verdict: allow, rules: [] } }
    - { name: c, object: { ${BAD}, metadata: { namespace: x } }, expect: { verdict: allow } }
`),
    ).toEqual([
      ['t/a', []],
      ['t/b', []],
      ['t/c', []],
    ]);
  });

  it('says what is otherwise, and where the case stands', () => {
    expect(
      outcomeOf(`namespace: shop
  cases:
    - { name: a, object: { ${BAD} }, expect: { verdict: allow, rules: [] } }
    - { name: b, object: { ${BAD} }, expect: { verdict: deny, rules: [p/pods, p/other] } }
    - { name: c, object: { apiVersion: v1, kind: Pot }, expect: { verdict: allow } }
    - { name: d, object: { apiVersion: v1, kind: Pod }, expect: { verdict: allow } }
`).flatMap(([, problems]) => problems),
    ).toEqual([
      't.yaml:7: document 1: spec.cases[0].expect.verdict: expected allow, is deny: broken are p/pods',
      't.yaml:7: document 1: spec.cases[0].expect.rules: did not expect p/pods to be broken',
      't.yaml:8: document 1: spec.cases[1].expect.rules: expected p/other to be broken: broken are p/pods',
      't.yaml:9: document 1: spec.cases[2].object: is no pod and makes none: no policy speaks of it',
      't.yaml:10: document 1: spec.cases[3].object: Pod/(unnamed) has no pod: its spec is missing',
    ]);
  });

  it('refuses a test that expects what nothing can say', () => {
    const outcome = run('cases: [{ name: a, object: { kind: Pod }, expect: { verdict: block, rules: [pods] } }]\n');

    expect(outcome.ok ? [] : outcome.problems.map(({ path }) => path.join('.'))).toEqual([
      'spec.cases.0.expect.verdict',
      'spec.cases.0.expect.rules.0',
    ]);
  });
});

function run(spec: string) {
  const text = `apiVersion: bulkhead.io/v1alpha1\nkind: PolicyTest\nmetadata: { name: t }\nspec:\n  ${spec}`;
  const sources = [
    { file: 'p.yaml', text: POLICY },
    { file: 't.yaml', text },
  ];
  return runPolicyTests(sources, Date.parse('2026-11-26'));
}

function outcomeOf(spec: string): readonly (readonly [string, readonly string[]])[] {
  const outcome = run(spec);
  if (!outcome.ok) throw new Error(outcome.problems.map(formatProblem).join('\n'));
  return outcome.results.map(({ name, problems }) => [name, problems.map(formatProblem)] as const);
}
