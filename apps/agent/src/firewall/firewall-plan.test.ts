import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import { type NetworkPeer, requirePolicy, type ServiceAddress } from '@bulkhead/policy';
import { describe, expect, it } from 'vitest';
import { planFirewall } from './firewall-plan.ts';

function policy(rules: object) {
  const head = { apiVersion: 'bulkhead.io/v1alpha1' };
  const group = (name: string, mode: string) => ({
    ...head,
    kind: 'WorkloadGroup',
    metadata: { name },
    spec: { selector: { netns: ['*'] }, mode },
  });
  const set = (name: string, of: string) => ({
    ...head,
    kind: 'NetworkRuleSet',
    metadata: { name },
    spec: { groups: [of], ...rules },
  });
  const documents = [group('hard', 'protect'), group('soft', 'monitor'), set('a', 'hard'), set('b', 'soft')];
  const text = documents.map((document) => JSON.stringify(document)).join('\n---\n');
  return requirePolicy([{ file: 'p', text }], { kind: dataSensorKind, provided: DEFAULT_SENSORS });
}

const addresses = (peer: NetworkPeer): readonly string[] => (peer.kind === 'prefix' ? [peer.prefix] : ['10.0.0.1']);

describe('planFirewall', () => {
  const ingress = [
    { name: 'one', action: 'allow', peers: ['hard', '10.1.0.0/16'], ports: [80, '53/udp'] },
    { name: 'spoken', action: 'deny', applications: ['ssh'] },
  ];

  it('is nothing where no rule set is about the workload', () => {
    expect(planFirewall(['other'], policy({ ingress }), addresses)).toBeUndefined();
  });

  it('enforces through groups in protect, tries through others, and names every id', () => {
    const plan = planFirewall(['hard', 'soft'], policy({ ingress }), addresses);
    const { enforced, tried, denyId, tryId } = plan?.firewall.ingress ?? { enforced: [], tried: [] };

    expect(plan?.firewall).not.toHaveProperty('egress');
    expect(enforced[0]?.map(({ id }) => plan?.rules[id])).toEqual([
      { direction: 'ingress', ruleSets: ['a'], rule: 'one' },
    ]);
    expect(tried[0]?.map(({ id }) => plan?.rules[id])).toEqual([
      { direction: 'ingress', ruleSets: ['b'], rule: 'one' },
    ]);
    expect(plan?.rules[denyId ?? '']).toEqual({ direction: 'ingress', ruleSets: ['a'] });
    expect(plan?.rules[tryId ?? '']).toEqual({ direction: 'ingress', ruleSets: ['b'] });
    expect(plan?.firewall.lists).toMatchObject([
      {
        ipv4: [
          ['10.0.0.1', '10.0.0.1'],
          ['10.1.0.0', '10.1.255.255'],
        ],
      },
    ]);
  });

  it('keeps its rules, and changes its lists alone, when addresses of peers change', () => {
    const before = planFirewall(['hard'], policy({ ingress }), addresses);
    const after = planFirewall(['hard'], policy({ ingress }), () => []);
    expect(after?.firewall.ingress).toEqual(before?.firewall.ingress);
    expect(after?.firewall.lists).not.toEqual(before?.firewall.lists);
  });

  it('has egress rules about a group hold for services that lead there, at their ports, and no other rules', () => {
    const to = [{ port: 8080, groups: [['hard']] }];
    const services: readonly ServiceAddress[] = [
      { address: '10.96.0.1', protocol: 'tcp', port: 80, to },
      { address: 'fd00:96::1', protocol: 'tcp', port: 80, to },
      { address: '10.96.0.2', protocol: 'tcp', port: 80, to: [{ port: 8080, groups: [['hard'], []] }] },
      { address: '10.96.0.3', protocol: 'tcp', port: 443, to },
    ];
    const rules = [
      { name: 'group', action: 'allow', peers: ['hard'], ports: [8080] },
      { name: 'prefix', action: 'deny', peers: ['10.0.0.0/8'], ports: [8080] },
    ];
    const plan = planFirewall(
      ['hard'],
      policy({ ingress: rules, egress: rules, allowCuttingDns: true, allowCuttingProbes: true }),
      addresses,
      services,
    );
    const alsoOf = (direction: 'ingress' | 'egress') => plan?.firewall[direction]?.enforced[0]?.map(({ also }) => also);

    expect(alsoOf('ingress')).toEqual([undefined, undefined]);
    const [ends] = plan?.firewall.ends ?? [];
    expect(plan?.firewall.ends).toHaveLength(1);
    expect(alsoOf('egress')).toEqual([[{ ends: ends?.name }], undefined]);
    expect(ends).toMatchObject({
      ipv4: [
        ['10.96.0.1', 'tcp', 80],
        ['10.96.0.3', 'tcp', 443],
      ],
      ipv6: [['fd00:96::1', 'tcp', 80]],
    });

    // What leads elsewhere by now is gone from the list, and the rules stay.
    const fewer = planFirewall(
      ['hard'],
      policy({ ingress: rules, egress: rules, allowCuttingDns: true, allowCuttingProbes: true }),
      addresses,
      services.slice(0, 1),
    );
    expect(fewer?.firewall.egress).toEqual(plan?.firewall.egress);
  });

  it('has egress rules that deny a group hold for services that may lead to it, whatever port they have', () => {
    const rules = [
      { name: 'no', action: 'deny', peers: ['hard'], ports: [8080] },
      { name: 'yes', action: 'allow', peers: ['hard'], ports: [8080] },
    ];
    const unfollowed = [{ addresses: ['10.96.0.7', 'fd00:96::7'] }, { addresses: ['10.96.0.8'], groups: ['soft'] }];
    const documents = policy({ ingress: rules, egress: rules, allowCuttingDns: true, allowCuttingProbes: true });
    const { firewall } = planFirewall(['hard'], documents, addresses, [], unfollowed) ?? {};
    const [denied, allowed] = firewall?.egress?.enforced[0] ?? [];

    expect(denied?.also).toMatchObject([{ ports: [{ protocol: 'tcp' }] }]);
    expect(firewall?.lists.find(({ name }) => name === denied?.also?.[0]?.peers)).toMatchObject({
      ipv4: [['10.96.0.7', '10.96.0.7']],
      ipv6: [['fd00:96:0:0:0:0:0:7', 'fd00:96:0:0:0:0:0:7']],
    });
    expect(allowed).not.toHaveProperty('also');
    expect(firewall?.ingress?.enforced[0]?.[0]).not.toHaveProperty('also');
  });

  it('asks for answers of DNS only where a rule names a domain', () => {
    const egress = [{ name: 'shop', action: 'allow', peers: ['*.shop.example'], ports: ['udp', 'tcp'] }];
    expect(planFirewall(['hard'], policy({ egress }), addresses)).toMatchObject({
      firewall: { tellsDns: true },
      domains: ['*.shop.example'],
    });
    expect(planFirewall(['hard'], policy({ ingress }), addresses)?.firewall.tellsDns).toBe(false);
  });
});
