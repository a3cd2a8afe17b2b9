import type { DocumentKind, Sensor } from '@bulkhead/core';
import { describe, expect, it } from 'vitest';
import { type Policy, requirePolicy } from '../policy.ts';
import { diffPolicies } from './diff-policies.ts';

const NO_SENSORS: DocumentKind<Sensor> = { kind: 'DataSensor', parse: () => ({ ok: false, problems: [] }) };

const write = (kind: string, name: string, spec: object): string =>
  `apiVersion: bulkhead.io/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: ${JSON.stringify(spec)}\n`;

function policy(
  mode: string,
  ingress: readonly object[] | undefined,
  more: object = {},
  others: readonly string[] = [],
): Policy {
  const documents = [
    write('WorkloadGroup', 'shop', { selector: { netns: ['shop'] }, mode, ...more }),
    write('WorkloadGroup', 'web', { selector: { netns: ['web'] }, mode: 'discover' }),
    ...(ingress === undefined ? [] : [write('NetworkRuleSet', 'rules', { groups: ['shop'], ingress })]),
    ...others,
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

  const both = (...others: readonly string[]): Policy => policy('protect', undefined, {}, others);
  const SHELLS = { name: 'shells', action: 'deny', executables: ['*/sh'], parents: ['/usr/sbin/cron'], users: [0, 7] };
  const DEBUG = { name: 'debug', action: 'allow', executables: ['/debug/*'] };
  const SECRETS = { name: 'secrets', action: 'deny', paths: ['/run/secrets/*'] };
  const OWN = { ...SECRETS, name: 'own', action: 'allow', access: ['write', 'read'], executables: ['/app/server'] };

  it('says which programs a policy is about now, for whom', () => {
    const programs = (spec: object): Policy => both(write('ProcessPolicy', 'p', { groups: ['shop'], ...spec }));

    expect(words(both(), programs({ onlyFromImage: true, rules: [DEBUG, SHELLS] }))).toEqual([
      'process policy p: is new: is about shop',
      'process policy p: denies programs that are not from the image, unless a rule allows them',
      'process policy p: rule debug is new: allows /debug/*',
      'process policy p: rule shells is new: denies */sh run by /usr/sbin/cron as user 0 or 7',
    ]);
    const more = { ...SHELLS, executables: ['*/sh', '*/bash'], parents: undefined };
    expect(
      words(
        programs({ onlyFromImage: true, rules: [DEBUG, SHELLS] }),
        programs({ groups: ['web'], rules: [more], description: 'x' }),
      ),
    ).toEqual([
      'process policy p: is about web, too',
      'process policy p: is no longer about shop',
      'process policy p: is described otherwise',
      'process policy p: no longer asks whether programs are from the image',
      'process policy p: rule shells: denies */sh, */bash as user 0 or 7, instead of: denies */sh run by /usr/sbin/cron as user 0 or 7',
      'process policy p: rule debug is gone: allows /debug/*',
    ]);
    expect(words(programs({ rules: [DEBUG, SHELLS] }), programs({ rules: [SHELLS, DEBUG] }))).toEqual([
      'process policy p: the order of its rules is now shells, debug',
    ]);
    expect(words(programs({ rules: [DEBUG] }), both())).toEqual(['process policy p: is gone: was about shop']);
    expect(words(programs({ rules: [DEBUG] }), programs({ rules: [DEBUG] }))).toEqual([]);
  });

  it('says which files a policy is about now, for whom and how', () => {
    const files = (...rules: readonly object[]): Policy => both(write('FilePolicy', 'f', { groups: ['shop'], rules }));

    expect(words(both(), files(OWN, SECRETS))).toEqual([
      'file policy f: is new: is about shop',
      'file policy f: rule own is new: allows /app/server to read, write /run/secrets/*',
      'file policy f: rule secrets is new: denies anything to read, write, execute /run/secrets/*',
    ]);
    expect(words(files(SECRETS), files({ ...SECRETS, access: ['write'], paths: ['/etc/*', '/run/*'] }))).toEqual([
      'file policy f: rule secrets: denies anything to write /etc/*, /run/*, instead of: denies anything to read, write, execute /run/secrets/*',
    ]);
    expect(words(files(SECRETS), both())).toEqual(['file policy f: is gone: was about shop']);
  });
});
