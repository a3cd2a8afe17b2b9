import { describe, expect, it } from 'vitest';
import { formatProblem } from '../document/problem.ts';
import { PolicyError } from '../error.ts';
import { readAdmissionPolicies, requireAdmissionPolicies } from './read-policies.ts';

const HEAD = 'apiVersion: bulkhead.io/v1alpha1\nkind: AdmissionPolicy\nmetadata: { name: a }\n';

describe('readAdmissionPolicies', () => {
  it('reports every problem at once, each with file, line, path and what would be right', () => {
    expect(
      problemsOf(`${HEAD}spec:
  mode: discover
  rules:
    - { name: a, podSecurity: strict }
    - { name: a, images: {} }
    - { name: b, labels: { require: {} }, podSecurity: baseline }
    - { name: c, misconfigurations: [kubernetes-typo] }
    - { name: d, capabilities: { allow: [CAP_CHOWN] } }
    - { name: e, resources: { maximum: { limits.memory: 4 Gi } } }
  exceptions:
    - { name: x, rules: [gone], owner: '', reason: r, expires: never }
`).map((line) => line.slice(0, 110)),
    ).toMatchInlineSnapshot(`
      [
        "p.yaml:5: document 1: spec.mode: Invalid option: expected one of "monitor"|"protect"",
        "p.yaml:7: document 1: spec.rules[0].podSecurity: Invalid option: expected one of "baseline"|"restricted"",
        "p.yaml:8: document 1: spec.rules[1].images: says nothing: give allow, deny, digest or denyTags",
        "p.yaml:9: document 1: spec.rules[2].labels: says nothing: give require or deny, keys with globs of their value",
        "p.yaml:9: document 1: spec.rules[2]: must have exactly one of podSecurity, misconfigurations, images, vulnerab",
        "p.yaml:10: document 1: spec.rules[3].misconfigurations[0]: is no misconfiguration of pods; docs/reference/misc",
        "p.yaml:11: document 1: spec.rules[4].capabilities.allow[0]: must be a capability such as NET_BIND_SERVICE, wit",
        "p.yaml:12: document 1: spec.rules[5].resources.maximum["limits.memory"]: must be an amount such as 500m, 2 or ",
        "p.yaml:14: document 1: spec.exceptions[0].owner: Too small: expected string to have >=1 characters",
        "p.yaml:14: document 1: spec.exceptions[0].expires: must be a date such as 2027-01-31, or a time such as 2027-0",
      ]
    `);
  });

  it('refuses references and names that do not hold together', () => {
    expect(
      problemsOf(`${HEAD}spec:
  mode: protect
  rules:
    - { name: a, podSecurity: baseline }
    - { name: a, podSecurity: restricted }
    - { name: b }
  exceptions:
    - { name: x, rules: [gone], owner: o, reason: r, expires: 2027-01-01, containers: [a] }
    - { name: y, rules: [a], owner: o, reason: r, expires: 2027-01-01 }
`),
    ).toMatchInlineSnapshot(`
      [
        "p.yaml:8: document 1: spec.rules[1].name: another of these rules has the name "a"",
        "p.yaml:9: document 1: spec.rules[2]: must have exactly one of podSecurity, misconfigurations, images, vulnerabilities, secrets, signatures, baseImages, capabilities, volumes, resources, labels, annotations, serviceAccounts, cel",
        "p.yaml:11: document 1: spec.exceptions[0].rules[0]: unknown rule "gone"; known are a, b",
        "p.yaml:12: document 1: spec.exceptions[1]: is for everything: give selector, containers, images or vulnerabilities (or remove the rule)",
      ]
    `);
  });

  it('passes over the other kinds of the language, and refuses what is none', () => {
    expect(
      readAdmissionPolicies([{ file: 'a', text: 'kind: DataSensor\napiVersion: bulkhead.io/v1alpha1\n' }]),
    ).toEqual({ ok: true, policies: [] });
    expect(problemsOf('kind: Pod\napiVersion: v1\n')).toEqual(
      [
        'p.yaml:2: document 1: apiVersion: must be "bulkhead.io/v1alpha1"',
        'p.yaml:1: document 1: kind: must be one of AdmissionPolicy',
      ].toSorted(),
    );
  });

  it('throws one error with all problems for who cannot go on', () => {
    expect(() => requireAdmissionPolicies([{ file: 'p.yaml', text: 'x' }])).toThrow(PolicyError);
  });
});

function problemsOf(text: string): readonly string[] {
  const outcome = readAdmissionPolicies([{ file: 'p.yaml', text }]);
  return outcome.ok ? [] : outcome.problems.map(formatProblem);
}
