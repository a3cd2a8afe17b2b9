import { describe, expect, it } from 'vitest';
import { runPolicyTests } from '../admission/policy-test/run.ts';

const POLICY = `
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: web }
spec: { selector: { namespaces: [shop] }, mode: monitor }
---
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: api }
spec: { selector: { namespaces: [shop] }, mode: protect }
---
apiVersion: bulkhead.io/v1alpha1
kind: NetworkRuleSet
metadata: { name: api-rules }
spec:
  groups: [api]
  ingress:
    - { name: probes, action: allow, peers: ["@node"] }
    - { name: never, action: deny, peers: [10.9.0.0/16] }
    - { name: web, action: allow, peers: [web], ports: [8080], applications: [http] }
  egress:
    - { name: dns, action: allow, ports: ["53/udp"] }
    - { name: payment, action: allow, peers: ["*.pay.example.com"], ports: [443] }
`;

/** The lines in which flows of a test are decided otherwise than expected, by the name of the flow. */
function run(...flows: readonly object[]): Readonly<Record<string, readonly string[]>> {
  const document = {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'PolicyTest',
    metadata: { name: 'flows' },
    spec: { flows: flows.map((flow, index) => ({ name: `flow ${index}`, ...flow })) },
  };
  const outcome = runPolicyTests(
    [
      { file: 'policy.yaml', text: POLICY },
      { file: 'test.yaml', text: JSON.stringify(document) },
    ],
    0,
  );
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return Object.fromEntries(
    outcome.results.map(({ name, problems }) => [name, problems.map(({ message }) => message)]),
  );
}

describe('flows of a PolicyTest', () => {
  it('are decided by the rules in force, and name who decides', () => {
    const results = run(
      { from: 'web', to: 'api', port: 8080, application: 'http1', expect: { verdict: 'allow', by: 'api-rules/web' } },
      { from: 'web', to: 'api', port: 8080, application: 'ssh', expect: { verdict: 'deny', by: 'api-rules' } },
      { from: 'web', to: 'api', port: 8080, application: 'raw', expect: { verdict: 'deny', by: 'api-rules' } },
      { from: 'web', to: 'api', port: 22, expect: { verdict: 'deny' } },
      { from: ['web', '10.9.1.1'], to: 'api', port: 8080, expect: { verdict: 'deny', by: 'api-rules/never' } },
      { from: '@node', to: 'api', port: 9, protocol: 'udp', expect: { verdict: 'allow', by: 'api-rules/probes' } },
      { from: 'api', to: 'eu.pay.example.com', port: 443, expect: { verdict: 'allow', by: 'api-rules/payment' } },
      { from: 'api', to: '192.0.2.1', port: 53, protocol: 'udp', expect: { verdict: 'allow', by: 'api-rules/dns' } },
      { from: 'web', to: '192.0.2.1', port: 25, expect: { verdict: 'allow' } },
    );

    expect(Object.values(results).flat()).toEqual([]);
    expect(Object.keys(results)).toHaveLength(9);
  });

  it('say what decides otherwise', () => {
    const results = run(
      { from: 'web', to: 'api', port: 22, expect: { verdict: 'allow' } },
      { from: '10.9.1.1', to: 'api', expect: { verdict: 'deny', by: 'api-rules/web' } },
      { from: 'web', to: '192.0.2.1', port: 25, expect: { verdict: 'deny' } },
      { from: 'shop', to: 'api', expect: { verdict: 'deny' } },
    );

    expect(results).toEqual({
      'flows/flow 0': ['expected allow, is deny: no rule allows it, and api-rules closes ingress'],
      'flows/flow 1': ['expected api-rules/web to decide: api-rules/never decides (ingress)'],
      'flows/flow 2': ['expected deny, is allow: no rule set speaks of it'],
      'flows/flow 3': ['there is no WorkloadGroup "shop"'],
    });
  });

  it('are refused where they say nothing, or what cannot be', () => {
    const faults = (spec: object): readonly string[] => {
      const document = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'PolicyTest', metadata: { name: 'flows' }, spec };
      const outcome = runPolicyTests([{ file: 'test.yaml', text: JSON.stringify(document) }], 0);
      return outcome.ok ? [] : outcome.problems.map(({ message }) => message);
    };
    const flow = { name: 'one', from: 'web', to: 'api', expect: { verdict: 'allow' } };

    expect(faults({}).join()).toContain('tests nothing');
    expect(faults({ flows: [{ ...flow, from: 'a b' }] }).join()).toContain('must be the name of a group');
    expect(faults({ flows: [{ ...flow, application: 'gopher' }] })).not.toEqual([]);
    expect(faults({ flows: [{ ...flow, expect: { verdict: 'allow', by: 'a/b/c' } }] }).join()).toContain(
      'must be ruleSet/rule',
    );
  });
});
