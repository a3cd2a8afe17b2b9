import { type NetworkRuleSet, parseNetworkRuleSet } from '@bulkhead/policy';
import { describe, expect, it } from 'vitest';
import { planApplications } from './application-plan.ts';

describe('planApplications', () => {
  it('is nothing where no rule names applications', () => {
    const plain = ruleSet('plain', { ingress: [{ name: 'web', action: 'allow', ports: [8080] }] });

    expect(planApplications({ enforced: [plain], tried: [] }, () => [])).toBeUndefined();
  });

  it('has every rule of a direction in which one does, in order, and none of the other', () => {
    const rules = ruleSet('rules', {
      ingress: [
        { name: 'web', action: 'allow', peers: ['10.0.0.0/30', '2001:db8::1'], ports: [8080], applications: ['http'] },
        { name: 'rest', action: 'deny', ports: ['udp'] },
      ],
      egress: [{ name: 'any', action: 'allow' }],
    });

    const plan = planApplications({ enforced: [rules], tried: [] }, (peer) =>
      peer.kind === 'prefix' ? [peer.prefix] : [],
    );

    const sets = plan?.rules.ingress?.sets;
    expect(sets).toEqual([
      {
        tried: false,
        rules: [
          {
            id: expect.any(Number),
            allows: true,
            peers: [
              ['10.0.0.0', '10.0.0.3'],
              ['2001:db8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:1'],
            ],
            ports: [{ protocol: 'tcp', first: 8080, last: 8080 }],
            protocols: ['http1', 'http2', 'grpc', 'websocket'],
          },
          { id: expect.any(Number), allows: false, ports: [{ protocol: 'udp', first: 0, last: 65_535 }] },
        ],
      },
    ]);
    expect(plan?.rules.egress).toBeUndefined();
    expect(sets?.[0]?.rules.map(({ id }) => plan?.names[id])).toEqual([
      { direction: 'ingress', ruleSets: ['rules'], rule: 'web' },
      { direction: 'ingress', ruleSets: ['rules'], rule: 'rest' },
    ]);
    expect(plan?.names[plan.rules.ingress?.closedId ?? -1]).toEqual({ direction: 'ingress', ruleSets: ['rules'] });
  });

  it('has rules of egress about a group hold for services that lead there, at the same place', () => {
    const rules = ruleSet('rules', {
      egress: [
        { name: 'api', action: 'allow', peers: ['api'], ports: [8080], applications: ['tls'] },
        { name: 'rest', action: 'deny' },
      ],
    });
    const to = [{ port: 8080, groups: [['api']] }];
    const service = { address: '10.96.0.1', protocol: 'tcp', port: 80, to } as const;

    const plan = planApplications({ enforced: [rules], tried: [] }, () => ['10.0.0.1'], [service]);

    const [own, also, rest] = plan?.rules.egress?.sets[0]?.rules ?? [];
    expect(own).toMatchObject({ peers: [['10.0.0.1', '10.0.0.1']], ports: [{ first: 8080 }] });
    expect(also).toEqual({
      ...own,
      peers: [['10.96.0.1', '10.96.0.1']],
      ports: [{ protocol: 'tcp', first: 80, last: 80 }],
    });
    expect(plan?.names[rest?.id ?? -1]).toMatchObject({ rule: 'rest' });
  });

  it('lets rules that allow hold for what is unknown where the set says so, and rules that deny never', () => {
    const rules = ruleSet('rules', {
      unknownApplication: 'allow',
      ingress: [
        { name: 'no-ssh', action: 'deny', applications: ['ssh'] },
        { name: 'web', action: 'allow', applications: ['tls'] },
      ],
    });

    const plan = planApplications({ enforced: [], tried: [rules] }, () => []);

    expect(plan?.rules.ingress?.sets[0]).toMatchObject({
      tried: true,
      rules: [{ protocols: ['ssh'] }, { protocols: ['tls', 'raw', 'udp'] }],
    });
  });
});

function ruleSet(name: string, spec: object): NetworkRuleSet {
  const document = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'NetworkRuleSet', metadata: { name } };
  const parsed = parseNetworkRuleSet({ ...document, spec: { groups: ['all'], ...spec } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}
