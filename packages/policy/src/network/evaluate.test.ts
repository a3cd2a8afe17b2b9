import type { Mode, WorkloadGroup } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RULE_VERDICTS } from '../rule/judge.ts';
import { evaluateFlow, type Flow } from './evaluate.ts';
import { parseNetworkRuleSet } from './kind.ts';
import type { NetworkRuleSet } from './rule-set.ts';

function group(name: string, mode: Mode): WorkloadGroup {
  return {
    name,
    mode,
    description: '',
    selector: {},
    sensors: [],
    hooks: [],
    onFailure: 'open',
    exceptions: {},
    capture: false,
  };
}

function ruleSet(name: string, spec: object): NetworkRuleSet {
  const document = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'NetworkRuleSet', metadata: { name }, spec };
  const parsed = parseNetworkRuleSet(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

const ANYBODY = { groups: [], address: '192.0.2.1' };
const WEB = { groups: ['web'], address: '10.0.0.2' };
const API = { groups: ['api'], address: '10.0.0.3' };

function flow(client: Flow['client'], server: Flow['server'], more: Partial<Flow> = {}): Flow {
  return { client, server, protocol: 'tcp', port: 8080, ...more };
}

const RULES = ruleSet('api-rules', {
  groups: ['api'],
  ingress: [
    { name: 'never', action: 'deny', peers: ['10.9.0.0/16'] },
    { name: 'web', action: 'allow', peers: ['web', '10.9.9.9'], ports: ['8000-8100'], applications: ['http'] },
    { name: 'probes', action: 'allow', peers: ['@node'] },
  ],
  egress: [
    { name: 'payment', action: 'allow', peers: ['*.payment.example.com'], ports: [443] },
    { name: 'dns', action: 'allow', ports: ['53/udp'] },
  ],
});

describe('evaluateFlow', () => {
  const policy = { groups: [group('api', 'protect'), group('web', 'monitor')], network: [RULES] };
  const rule = (name: string, direction = 'ingress') => ({ kind: 'rule', direction, ruleSet: 'api-rules', rule: name });
  const closed = (direction: string) => ({ kind: 'closed', direction, ruleSets: ['api-rules'] });

  it.each([
    ['who is allowed', flow(WEB, API), 'allow', rule('web')],
    ['an application that is allowed', flow(WEB, API, { application: 'http2' }), 'allow', rule('web')],
    ['another application', flow(WEB, API, { application: 'ssh' }), 'deny', closed('ingress')],
    ['another port', flow(WEB, API, { port: 22 }), 'deny', closed('ingress')],
    ['another protocol', flow(WEB, API, { protocol: 'udp' }), 'deny', closed('ingress')],
    ['a stranger', flow(ANYBODY, API), 'deny', closed('ingress')],
    ['the first rule of two that hold', flow({ groups: [], address: '10.9.9.9' }, API), 'deny', rule('never')],
    ['the node', flow({ groups: [], isNode: true }, API, { port: 1 }), 'allow', rule('probes')],
    [
      'a name below a domain',
      flow(API, { groups: [], domains: ['a.payment.example.com'] }, { port: 443 }),
      'allow',
      rule('payment', 'egress'),
    ],
    ['an address without a name', flow(API, ANYBODY, { port: 443 }), 'deny', closed('egress')],
    ['a look-up', flow(API, ANYBODY, { protocol: 'udp', port: 53 }), 'allow', rule('dns', 'egress')],
    ['what nobody speaks of', flow(ANYBODY, WEB), 'allow', { kind: 'open' }],
    ['ICMP', flow(WEB, API, { protocol: 'icmp' }), 'deny', closed('ingress')],
  ] as const)('decides %s', (_, one, verdict, cause) => {
    const { port, ...withoutPort } = one;
    expect(evaluateFlow(one.protocol === 'icmp' ? withoutPort : one, policy)).toEqual({ verdict, cause });
    expect(port).toBeDefined();
  });

  it.each([
    ['discover', 'allow'],
    ['monitor', 'alert'],
    ['protect', 'deny'],
  ] as const)('goes in %s as far as %s', (mode, verdict) => {
    expect(evaluateFlow(flow(ANYBODY, API), { groups: [group('api', mode)], network: [RULES] }).verdict).toBe(verdict);
  });

  it('denies what one of several rule sets denies, and allows what another allows', () => {
    const open = ruleSet('open', { groups: ['api'], ingress: [{ name: 'all', action: 'allow' }] });
    const two = { ...policy, network: [RULES, open] };
    expect(evaluateFlow(flow(ANYBODY, API), two)).toMatchObject({ verdict: 'allow', cause: { ruleSet: 'open' } });
    expect(evaluateFlow(flow({ groups: [], address: '10.9.0.1' }, API), two)).toMatchObject({ verdict: 'deny' });
  });

  it('asks both ends', () => {
    const web = ruleSet('web-rules', { groups: ['web'], egress: [] });
    const groups = [group('api', 'protect'), group('web', 'protect')];
    expect(evaluateFlow(flow(WEB, API), { groups, network: [RULES, web] })).toEqual({
      verdict: 'deny',
      cause: { kind: 'closed', direction: 'egress', ruleSets: ['web-rules'] },
    });
  });

  const action = fc.constantFrom('allow', 'deny');
  const peers = fc.option(fc.constantFrom(['web'], ['10.0.0.0/8'], ['@node']), { nil: undefined });
  const rules = fc
    .array(fc.record({ action, peers }), { maxLength: 4 })
    .map((list) =>
      list.map((one, index) => ({ name: `r${index}`, action: one.action, ...(one.peers && { peers: one.peers }) })),
    );
  const sets = fc
    .array(fc.tuple(rules, fc.constantFrom('api', 'trial')), { minLength: 1, maxLength: 4 })
    .map((list) => list.map(([ingress, of], index) => ruleSet(`s${index}`, { groups: [of], ingress })));
  const client = fc.constantFrom(WEB, ANYBODY, { groups: [], isNode: true });

  it('does not depend on the order of rule sets', () => {
    fc.assert(
      fc.property(sets, client, (network, who) => {
        const groups = [group('api', 'protect'), group('trial', 'monitor')];
        const one = flow(who, { groups: ['api', 'trial'] });
        expect(evaluateFlow(one, { groups, network: network.toReversed() })).toEqual(
          evaluateFlow(one, { groups, network }),
        );
      }),
    );
  });

  it('tells of a trial what would be denied if it were enforced, and denies nothing for it', () => {
    fc.assert(
      fc.property(sets, client, (network, who) => {
        const one = flow(who, { groups: ['api', 'trial'] });
        const verdict = (trial: Mode | undefined) => {
          const groups = [group('api', 'protect'), ...(trial === undefined ? [] : [group('trial', trial)])];
          return RULE_VERDICTS.indexOf(evaluateFlow(one, { groups, network }).verdict);
        };
        const [without, tried, enforced] = [verdict(undefined), verdict('monitor'), verdict('protect')];
        const isOnlyTried = network.every((set) => set.groups[0] === 'trial');
        expect(tried).toBe(without === 2 ? 2 : enforced === 2 ? 1 : 0);
        expect(without).toBeLessThanOrEqual(isOnlyTried ? 0 : 2);
      }),
    );
  });
});
