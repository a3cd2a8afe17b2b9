import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requireAdmissionPolicies } from '../read-policies.ts';
import { AdmissionReport } from './report.ts';
import { review } from './review.ts';
import { reviewText } from './text.ts';

const POLICY = `apiVersion: bulkhead.io/v1alpha1
kind: AdmissionPolicy
metadata: { name: p }
spec: { mode: protect, rules: [{ name: pods, podSecurity: baseline }] }
`;
const WHERE = { namespace: 'default', now: Date.parse('2026-11-26T00:00:00Z') };

describe('review', () => {
  it('answers for each object with file and line, counts the others, and names what it could not look at', () => {
    const report = reviewed(`apiVersion: v1
kind: Pod
metadata: { name: good }
spec: { containers: [{ name: a }] }
---
apiVersion: v1
kind: Service
metadata: { name: s }
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata: { name: bad }
    spec:
      hostPID: true
      containers: [{ name: a }]
---
- no object
`);

    expect(AdmissionReport.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      verdict: 'deny',
      objects: [
        { subject: 'Pod/good', line: 1, verdict: 'allow', violations: [] },
        { subject: 'Pod/bad', line: 13, verdict: 'deny', violations: [{ line: 17, message: 'hostPID: true' }] },
      ],
      others: { Service: 1 },
      errors: [{ file: 'm.yaml', document: 4, line: 20, message: expect.stringContaining('is no Kubernetes object') }],
    });
    expect(reviewText(report)).toContain('  deny: p/pods, line 17: hostPID: true\n      fix: Remove hostPID: true\n');
  });

  it.each([
    ['a word of YAML 1.1', 'spec: { hostPID: yes, containers: [{ name: a }] }'],
    ['a merged map', 'x: &x { hostPID: true }\nspec: { <<: *x, containers: [{ name: a }] }'],
    ['JSON', '"spec": {"hostPID": true, "containers": [{"name": "a"}]}'],
  ])('reads %s as Kubernetes does', (_, spec) => {
    expect(reviewed(`apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n${spec}\n`).verdict).toBe('deny');
  });

  it.each([
    ['twice the same key', 'spec: { hostPID: true, hostPID: false, containers: [{ name: a }] }', 'unique'],
    ['no spec', 'metadata: { name: a }', 'its spec is missing'],
    ['no containers', 'spec: {}', 'containers must be a list'],
    ['containers that are a map', 'spec: { containers: { a: b } }', 'containers must be a list'],
    ['a container that is a text', 'spec: { containers: [a] }', 'is no map'],
    ['volumes that are a text', 'spec: { containers: [{ name: a }], volumes: x }', 'volumes must be a list'],
    ['a template', 'spec: {{ .Values.spec }}: x', 'rendered first'],
    ['broken YAML', 'spec: [', ''],
    ['a directive', '---\n%YAML 1.2\n---\nspec: {}', ''],
  ])('says that it could not look at %s', (_, spec, message) => {
    const report = reviewed(`apiVersion: v1\nkind: Pod\n${spec}\n`);

    expect(report.errors.map((error) => error.message).join('\n')).toContain(message);
    expect(report.errors).not.toEqual([]);
  });

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      'apiVersion: v1\n',
      'kind: PodList\n',
      'items:\n',
      '- ',
      '{',
      '}',
      '[',
      '&a ',
      '*a',
      ': ',
      '<<',
      '\n',
      '"',
      '---\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(reviewed(pieces.join('')).schemaVersion).toBe(1);
      }),
    );
  });
});

function reviewed(text: string): AdmissionReport {
  const policies = requireAdmissionPolicies([{ file: 'p.yaml', text: POLICY }]);
  return review([{ file: 'm.yaml', text }], policies, WHERE);
}
