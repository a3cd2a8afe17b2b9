import { generateKeyPairSync } from 'node:crypto';
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

  it('goes by what the test says of images, as the webhook goes by scans', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = JSON.stringify(publicKey.export({ type: 'spki', format: 'pem' }));
    const policy = `apiVersion: bulkhead.io/v1alpha1
kind: AdmissionPolicy
metadata: { name: p }
spec:
  mode: protect
  rules:
    - { name: old, vulnerabilities: { severity: high, notScanned: deny } }
    - { name: keys, secrets: { notScanned: allow } }
    - { name: signed, signatures: { keys: [${pem}] } }
`;
    const digest = `sha256:${'a'.repeat(64)}`;
    const podOf = (image: string): string =>
      `{ apiVersion: v1, kind: Pod, spec: { containers: [{ name: a, image: "${image}" }] } }`;
    const test = `apiVersion: bulkhead.io/v1alpha1
kind: PolicyTest
metadata: { name: t }
spec:
  images:
    - image: r.example/good:1
      scan: {}
      signedBy: [${pem}]
    - image: r.example/bad@${digest}
      scan:
        vulnerabilities: [{ id: CVE-1, package: zlib 1, severity: critical }]
        secrets: [{ id: aws, path: /k, severity: high, confidence: high }]
      signedBy: []
    - { image: "r.example/new:1", failure: it has no layers }
  cases:
    - { name: good, object: ${podOf('r.example/good:1')}, expect: { verdict: allow, rules: [] } }
    - { name: bad, object: ${podOf(`other.example/x@${digest}`)}, expect: { verdict: deny, rules: [p/old, p/keys, p/signed] } }
    - { name: new, object: ${podOf('r.example/new:1')}, expect: { verdict: deny, rules: [p/old, p/signed] } }
    - { name: unknown, object: ${podOf('r.example/other:1')}, expect: { verdict: deny, rules: [p/old, p/signed] } }
`;
    const outcome = runPolicyTests(
      [
        { file: 'p.yaml', text: policy },
        { file: 't.yaml', text: test },
      ],
      0,
    );

    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.ok ? outcome.results.flatMap(({ problems }) => problems.map(formatProblem)) : []).toEqual([]);
  });

  it('refuses what is no image and no key', () => {
    const outcome = run(
      'images: [{ image: "UPPER CASE" }, { image: "a:1", signedBy: [hello] }, { image: "a:1", scan: { gap: 1 } }]\n  cases: [{ name: a, object: { kind: Pod }, expect: { verdict: allow } }]\n',
    );

    expect(outcome.ok ? [] : outcome.problems.map(({ path }) => path.join('.'))).toEqual([
      'spec.images.0.image',
      'spec.images.1.signedBy.0',
      'spec.images.2.scan',
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
