import type { DocumentKind, ParsedDocument, Sensor } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem } from './document/problem.ts';
import { PolicyError } from './error.ts';
import { policyFor, readPolicy, requirePolicy, type SensorLanguage } from './policy.ts';

const HEAD = 'apiVersion: bulkhead.io/v1alpha1\nkind: WorkloadGroup\n';

describe('readPolicy', () => {
  it('reads groups and sensors from several files', () => {
    const group = `${HEAD}metadata: { name: shop }\nspec: { selector: { names: ['*'] }, mode: protect, sensors: [mine, given] }\n`;
    const sensors =
      'apiVersion: bulkhead.io/v1alpha1\nkind: TestSensor\nmetadata: { name: mine }\n---\n# nothing here\n';

    const outcome = readPolicy(sources(group, sensors), language);

    expect(outcome).toMatchObject({
      ok: true,
      policy: { groups: [{ name: 'shop', mode: 'protect', hooks: ['input', 'output'], onFailure: 'open' }] },
    });
    expect(outcome.ok && [...outcome.policy.sensors.keys()]).toEqual(['given', 'mine']);
  });

  it('reports every problem of every document, with its file, line and path', () => {
    const first = `${HEAD}metadata: { name: a }
spec:
  selector: {}
  mode: enforce
  sensors: [given, missing]
  colour: red
---
${HEAD}metadata: { name: b }
spec:
  selector: { names: ['*'] }
  mode: monitor
  sensors: [missing]
  exceptions: { midStream: pass }
---
${HEAD}metadata: { name: c }
spec:
  selector: { labels: { matchExpressions: [{ key: app, operator: In }] } }
  mode: monitor
  sensors: [given, missing]
`;
    const second = `${HEAD}metadata: { name: c }\nspec: { selector: { names: ['*'] }, mode: monitor }\n---\nkind: Pod\n---\n[1, 2]\n`;
    const third = 'a: b: c\n';

    expect(problemsOf(first, second, third)).toMatchInlineSnapshot(`
      [
        "0.yaml:5: document 1: spec.selector: selects nothing: give namespaces, names, labels or netns (names: ["*"] selects every workload)",
        "0.yaml:5: document 1: spec: Unrecognized key: "colour"",
        "0.yaml:6: document 1: spec.mode: Invalid option: expected one of "discover"|"monitor"|"protect"",
        "0.yaml:7: document 1: spec.sensors[1]: unknown sensor "missing"; known are given",
        "0.yaml:16: document 2: spec.sensors[0]: unknown sensor "missing"; known are given",
        "0.yaml:17: document 2: spec.exceptions: Unrecognized key: "midStream"",
        "0.yaml:23: document 3: spec.selector.labels.matchExpressions[0].values: must not be empty with In",
        "0.yaml:25: document 3: spec.sensors[1]: unknown sensor "missing"; known are given",
        "1.yaml:3: document 1: metadata.name: a WorkloadGroup "c" is already defined in 0.yaml, document 3",
        "1.yaml:6: document 2: apiVersion: must be "bulkhead.io/v1alpha1"",
        "1.yaml:6: document 2: kind: must be one of AdmissionPolicy, FilePolicy, NetworkRuleSet, PolicyTest, ProcessPolicy, ResponseRule, TestSensor, WorkloadGroup",
        "1.yaml:8: document 3: is not a document: expected apiVersion, kind, metadata and spec",
        "2.yaml:1: document 1: Nested mappings are not allowed in compact mappings",
      ]
    `);
  });

  it('reads a document at hand as it reads its text, with the lines of what is wrong', () => {
    const documentOf = (name: string, mode: string, sensors: unknown) => ({
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'WorkloadGroup',
      metadata: { name },
      spec: { selector: { names: ['*'] }, mode, sensors },
    });
    const name = fc.constantFrom('a', 'b', 'B', '');
    const document = fc.oneof(
      fc
        .tuple(name, fc.constantFrom('protect', 'enforce'), fc.constantFrom(['given'], ['missing'], 3))
        .map((parts) => documentOf(...parts)),
      fc.jsonValue({ maxDepth: 2 }).filter((value) => value !== null),
    );
    fc.assert(
      fc.property(fc.array(document, { maxLength: 4 }), (documents) => {
        const texts = documents.map((one, index) => ({ file: `${index}`, text: JSON.stringify(one, null, 1) }));
        const atHand = texts.map((source, index) => ({ ...source, document: documents[index] }));

        expect(readPolicy(atHand, language)).toEqual(readPolicy(texts, language));
      }),
    );
  });

  it('does not call a reference wrong when the sensor it names is what is wrong', () => {
    const group = `${HEAD}metadata: { name: a }\nspec: { selector: { names: ['*'] }, mode: monitor, sensors: [broken] }\n`;
    const broken = 'apiVersion: bulkhead.io/v1alpha1\nkind: TestSensor\nmetadata: { name: broken, extra: 1 }\n';

    expect(problemsOf(group, broken)).toEqual(['1.yaml:1: document 1: refused']);
  });

  it('refuses a file whose aliases would expand without end', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
      .concat(
        Array.from('bcdefghi').map(
          (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`,
        ),
      )
      .join('\n');

    expect(problemsOf(bomb)).toHaveLength(1);
  });

  it('refuses a file that is nested without end', () => {
    expect(problemsOf('['.repeat(200_000)).length).toBeGreaterThan(0);
  });

  it('never throws, whatever the file holds', () => {
    const unit = fc.constantFrom(
      ...Array.from('ab:-[]{}&*!|>"\'#%@`,?~ \n\t\u0000'),
      'kind: WorkloadGroup\n',
      '---\n',
      HEAD,
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        expect(() => readPolicy(sources(text), language)).not.toThrow();
      }),
    );
  });
});

describe('requirePolicy', () => {
  it('throws one error that carries every problem', () => {
    const attempt = (): unknown => requirePolicy(sources('kind: A\n---\nkind: B\n'), language);

    expect(attempt).toThrow(PolicyError);
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'INVALID_POLICY', problems: Array(4).fill(expect.anything()) }),
    );
  });
});

describe('policyFor', () => {
  it('joins the groups of all workloads in one network namespace', () => {
    const text = ['api', 'sidecar']
      .map((name) => `${HEAD}metadata: { name: ${name} }\nspec: { selector: { names: [${name}] }, mode: monitor }\n`)
      .join('---\n');
    const policy = requirePolicy(sources(text), language);
    const workload = (name: string) => ({ id: name, name, labels: {}, owners: [], netns: { path: '/proc/1/ns/net' } });

    expect(policyFor([workload('api'), workload('sidecar')], policy)?.groups).toEqual(['api', 'sidecar']);
    expect(policyFor([workload('other')], policy)).toBeUndefined();
  });
});

const testKind: DocumentKind<Sensor> = {
  kind: 'TestSensor',
  parse: (document): ParsedDocument<Sensor> => {
    const { metadata } = document as { metadata: { name: string } };
    if (Object.keys(metadata).length > 1) return { ok: false, problems: [{ path: [], message: 'refused' }] };
    return { ok: true, value: sensor(metadata.name) };
  },
};
const language: SensorLanguage = { kind: testKind, provided: [sensor('given')] };

function sensor(name: string): Sensor {
  return {
    name,
    description: '',
    detectors: [],
    literals: [],
    minConfidence: 'low',
    threshold: 1,
    action: 'alert',
    direction: 'both',
  };
}

function sources(...texts: readonly string[]) {
  return texts.map((text, index) => ({ file: `${index}.yaml`, text }));
}

function problemsOf(...texts: readonly string[]): readonly string[] {
  const outcome = readPolicy(sources(...texts), language);
  return outcome.ok ? [] : outcome.problems.map(formatProblem);
}
