import type { DocumentKind, Sensor } from '@bulkhead/core';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../document/problem.ts';
import { readPolicy } from '../policy.ts';

const NO_SENSORS: DocumentKind<Sensor> = {
  kind: 'DataSensor',
  parse: () => ({ ok: false, problems: [] }),
};

function group(name: string, mode = 'protect', selector: object = { names: [name] }): object {
  return { apiVersion: 'bulkhead.io/v1alpha1', kind: 'WorkloadGroup', metadata: { name }, spec: { selector, mode } };
}

function ruleSet(name: string, spec: object): object {
  return { apiVersion: 'bulkhead.io/v1alpha1', kind: 'NetworkRuleSet', metadata: { name }, spec };
}

function problemsOf(...documents: readonly object[]): readonly string[] {
  const text = documents.map((document) => JSON.stringify(document)).join('\n---\n');
  const outcome = readPolicy([{ file: 'p', text }], { kind: NO_SENSORS, provided: [] });
  return outcome.ok ? [] : outcome.problems.map(formatProblem);
}

const DNS = { name: 'dns', action: 'allow', ports: ['53/udp'] };
const PROBES = { name: 'probes', action: 'allow', peers: ['@node'] };

describe('networkProblems', () => {
  it('names groups that are not there', () => {
    const rule = { name: 'a', action: 'allow', peers: ['api', 'nobody'] };
    expect(problemsOf(group('api'), ruleSet('r', { groups: ['api', 'none'], ingress: [PROBES, rule] }))).toEqual([
      'p:3: document 2: spec.groups[1]: unknown group "none"',
      'p:3: document 2: spec.ingress[1].peers[1]: unknown group "nobody"',
    ]);
  });

  it('refuses to cut look-ups of names unless it is said to be meant', () => {
    const https = { name: 'https', action: 'allow', ports: [443] };
    const cut = problemsOf(group('api'), ruleSet('r', { groups: ['api'], egress: [https] }));
    expect(cut).toHaveLength(1);
    expect(cut[0]).toContain('spec.egress: would cut look-ups of names of the workloads of group "api"');
    expect(cut[0]).toContain('spec.allowCuttingDns: true');

    expect(problemsOf(group('api'), ruleSet('r', { groups: ['api'], egress: [https, DNS] }))).toEqual([]);
    const meant = ruleSet('r', { groups: ['api'], egress: [https], allowCuttingDns: true });
    expect(problemsOf(group('api'), meant)).toEqual([]);
    const elsewhere = ruleSet('s', { groups: ['api'], egress: [DNS] });
    expect(problemsOf(group('api'), ruleSet('r', { groups: ['api'], egress: [https] }), elsewhere)).toEqual([]);
  });

  it('names the rule that denies look-ups to everybody, whatever another set allows', () => {
    const deny = { name: 'no-udp', action: 'deny', ports: ['udp'] };
    const sets = [
      ruleSet('r', { groups: ['api'], egress: [deny, DNS] }),
      ruleSet('s', { groups: ['api'], egress: [DNS] }),
    ];
    const problems = problemsOf(group('api'), ...sets);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('document 2: spec.egress[0]: would cut');
  });

  it('refuses to cut the probes of a pod, where only a rule for the node or for anybody surely keeps them', () => {
    const near = { name: 'near', action: 'allow', peers: ['10.0.0.0/8'] };
    expect(problemsOf(group('api'), ruleSet('r', { groups: ['api'], ingress: [near] }))[0]).toContain(
      'spec.ingress: would cut the kubelet\'s probes of the workloads of group "api"',
    );
    for (const rule of [
      PROBES,
      { ...near, name: 'all', peers: ['0.0.0.0/0'] },
      { name: 'any', action: 'allow', ports: [80] },
    ]) {
      expect(problemsOf(group('api'), ruleSet('r', { groups: ['api'], ingress: [near, rule] }))).toEqual([]);
    }
    const machine = group('api', 'protect', { netns: ['shop'] });
    expect(problemsOf(machine, ruleSet('r', { groups: ['api'], ingress: [near] }))).toEqual([]);
  });

  it('lets a group that is not in protect try anything', () => {
    for (const mode of ['monitor', 'discover']) {
      expect(problemsOf(group('api', mode), ruleSet('r', { groups: ['api'], ingress: [], egress: [] }))).toEqual([]);
    }
  });
});
