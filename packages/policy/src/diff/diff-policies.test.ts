import type { DocumentKind, Sensor } from '@bulkhead/core';
import { describe, expect, it } from 'vitest';
import { type Policy, requirePolicy } from '../policy.ts';
import { diffPolicies } from './diff-policies.ts';

const NO_SENSORS: DocumentKind<Sensor> = { kind: 'DataSensor', parse: () => ({ ok: false, problems: [] }) };

function policy(mode: string, ingress: readonly object[] | undefined, more: object = {}): Policy {
  const head = 'apiVersion: bulkhead.io/v1alpha1\n';
  const write = (kind: string, name: string, spec: object): string =>
    `${head}kind: ${kind}\nmetadata: { name: ${name} }\nspec: ${JSON.stringify(spec)}\n`;
  const documents = [
    write('WorkloadGroup', 'shop', { selector: { netns: ['shop'] }, mode, ...more }),
    write('WorkloadGroup', 'web', { selector: { netns: ['web'] }, mode: 'discover' }),
    ...(ingress === undefined ? [] : [write('NetworkRuleSet', 'rules', { groups: ['shop'], ingress })]),
  ];
  return requirePolicy([{ file: 'p', text: documents.join('---\n') }], { kind: NO_SENSORS, provided: [] });
}

function words(before: Policy, after: Policy): readonly string[] {
  return diffPolicies(before, after).map(({ of, change }) => `${of}: ${change}`);
}

const WEB = { name: 'web', action: 'allow', peers: ['web', '10.0.0.0/8'], ports: [80, '53/udp'] };
const NEVER = { name: 'never', action: 'deny', peers: ['10.9.0.0/16'] };

describe('diffPolicies', () => {
  it('says nothing of what is the same', () => {
    expect(words(policy('protect', [WEB]), policy('protect', [WEB]))).toEqual([]);
  });

  it('says how far a group goes now, and that it is cut off', () => {
    expect(words(policy('monitor', undefined), policy('protect', undefined, { quarantine: true }))).toEqual([
      'group shop: goes from monitor to protect: what rules deny is denied',
      'group shop: is cut off from everybody',
    ]);
  });

  it('says of each rule what it does now, for whom', () => {
    expect(words(policy('protect', undefined), policy('protect', [WEB]))).toEqual([
      'group shop: ingress, rule set rules: closes it but for what its rules allow',
      'group shop: ingress, rule set rules: rule web is new: allows web, 10.0.0.0/8 on 80/tcp, 53/udp',
    ]);
    expect(words(policy('protect', [WEB, NEVER]), policy('protect', [{ ...WEB, peers: ['web'] }]))).toEqual([
      'group shop: ingress, rule set rules: rule web: allows web on 80/tcp, 53/udp, instead of: allows web, 10.0.0.0/8 on 80/tcp, 53/udp',
      'group shop: ingress, rule set rules: rule never is gone: denies 10.9.0.0/16',
    ]);
    expect(words(policy('protect', [WEB, NEVER]), policy('protect', [NEVER, WEB]))).toEqual([
      'group shop: ingress, rule set rules: the order of its rules is now never, web',
    ]);
    expect(words(policy('protect', [WEB]), policy('protect', undefined))).toEqual([
      'group shop: ingress, rule set rules: no longer closes it',
    ]);
  });
});
