import { describe, expect, it } from 'vitest';
import { networkRuleSetKind, parseNetworkRuleSet } from './kind.ts';

function document(spec: Readonly<Record<string, unknown>>): unknown {
  return { apiVersion: 'bulkhead.io/v1alpha1', kind: networkRuleSetKind.kind, metadata: { name: 'shop' }, spec };
}

function problemsOf(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const parsed = parseNetworkRuleSet(document(spec));
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('parseNetworkRuleSet', () => {
  it('reads peers and ports by how they are written', () => {
    const rule = {
      name: 'all',
      action: 'allow',
      peers: ['web', '10.0.0.0/8', 'fd00::1', '*.Example.com', '@node'],
      ports: [80, '53/udp', '8000-8100', '9000-9001/udp', 'icmp', 'udp'],
      applications: ['http', 'postgresql'],
    };

    const parsed = parseNetworkRuleSet(document({ groups: ['api'], egress: [rule] }));

    expect(parsed).toEqual({
      ok: true,
      value: {
        name: 'shop',
        description: '',
        groups: ['api'],
        unknownApplication: 'deny',
        allowCuttingDns: false,
        allowCuttingProbes: false,
        egress: [
          {
            name: 'all',
            action: 'allow',
            log: false,
            peers: [
              { kind: 'group', name: 'web' },
              { kind: 'prefix', prefix: '10.0.0.0/8' },
              { kind: 'prefix', prefix: 'fd00::1' },
              { kind: 'domain', domain: '*.example.com' },
              { kind: 'node' },
            ],
            ports: [
              { protocol: 'tcp', ports: { first: 80, last: 80 } },
              { protocol: 'udp', ports: { first: 53, last: 53 } },
              { protocol: 'tcp', ports: { first: 8000, last: 8100 } },
              { protocol: 'udp', ports: { first: 9000, last: 9001 } },
              { protocol: 'icmp' },
              { protocol: 'udp' },
            ],
            applications: ['http', 'postgresql'],
          },
        ],
      },
    });
  });

  it('tells what is denied unless the rule says otherwise', () => {
    const ingress = [
      { name: 'a', action: 'deny' },
      { name: 'b', action: 'deny', log: false },
      { name: 'c', action: 'allow', log: true },
    ];
    const parsed = parseNetworkRuleSet(document({ groups: ['api'], ingress }));
    expect(parsed.ok && parsed.value.ingress?.map(({ log }) => log)).toEqual([true, false, true]);
  });

  it('tells every problem at once, each with its path', () => {
    const problems = problemsOf({
      groups: [],
      ingress: [
        { name: 'a', action: 'drop', peers: ['Web!'], ports: [0, '90-80', '53/sctp', 70000] },
        { name: 'a', action: 'allow', peers: ['*.example.com'], applications: ['gopher'] },
      ],
      egres: [],
    });

    for (const path of [
      'spec.groups:',
      'spec.ingress.0.action:',
      'spec.ingress.0.peers.0: must be the name of a group',
      'spec.ingress.0.ports.0: must be a port',
      'spec.ingress.0.ports.1: must be a port',
      'spec.ingress.0.ports.2: must be a port',
      'spec.ingress.0.ports.3: must be a port',
      'spec.ingress.1.applications.0:',
      'spec: Unrecognized key',
    ]) {
      expect(problems.join('\n')).toContain(path);
    }
  });

  it('refuses a domain as the origin of flows, a name twice, and a set that speaks of nothing', () => {
    expect(problemsOf({ groups: ['api'], ingress: [{ name: 'a', action: 'allow', peers: ['example.com'] }] })).toEqual([
      'spec.ingress.0.peers.0: is a domain, which only egress rules can name: use a prefix',
    ]);
    const twice = { name: 'a', action: 'allow' };
    expect(problemsOf({ groups: ['api'], egress: [twice, twice] })).toEqual([
      'spec.egress.1.name: is the name of another rule',
    ]);
    expect(problemsOf({ groups: ['api'] }).join()).toContain('speaks of no direction');
    expect(problemsOf({ groups: ['api'], ingress: [] })).toEqual([]);
  });
});
