import type { Mode, WorkloadGroup } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateFileUse } from '../file/evaluate.ts';
import { type FilePolicy, filePolicyKind } from '../file/schema.ts';
import { evaluateExecution } from '../process/evaluate.ts';
import { type ProcessPolicy, processPolicyKind } from '../process/schema.ts';
import { RULE_VERDICTS } from './judge.ts';

const API_VERSION = 'bulkhead.io/v1alpha1';

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

function processPolicy(name: string, spec: object): ProcessPolicy {
  const parsed = processPolicyKind.parse({ apiVersion: API_VERSION, kind: 'ProcessPolicy', metadata: { name }, spec });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

function filePolicy(name: string, spec: object): FilePolicy {
  const parsed = filePolicyKind.parse({ apiVersion: API_VERSION, kind: 'FilePolicy', metadata: { name }, spec });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

const SHELLS = processPolicy('shells', {
  groups: ['shop'],
  onlyFromImage: true,
  rules: [
    { name: 'debugger', action: 'allow', executables: ['/debug/*'], users: [0] },
    { name: 'init', action: 'allow', executables: ['*/sh'], parents: ['/sbin/init'] },
    { name: 'shell', action: 'deny', executables: ['*/sh', '*/bash'] },
  ],
});

const SECRETS = filePolicy('secrets', {
  groups: ['shop'],
  rules: [
    { name: 'own', action: 'allow', paths: ['/run/secrets/*'], access: ['read'], executables: ['/app'] },
    { name: 'others', action: 'deny', paths: ['/run/secrets/*'] },
    { name: 'config', action: 'deny', paths: ['/etc/*'], access: ['write'] },
  ],
});

describe('evaluateExecution', () => {
  const policy = { groups: [group('shop', 'protect')], processes: [SHELLS] };
  const rule = (name: string) => ({ kind: 'rule', policy: 'shells', rule: name });
  const image = { fromImage: true };

  it.each([
    ['what a rule denies', { executable: '/bin/sh', ...image }, 'deny', rule('shell')],
    [
      'the first of two rules that hold',
      { executable: '/bin/sh', parent: '/sbin/init', ...image },
      'allow',
      rule('init'),
    ],
    ['another parent', { executable: '/bin/sh', parent: '/app', ...image }, 'deny', rule('shell')],
    ['what no rule speaks of', { executable: '/bin/cat', ...image }, 'allow', { kind: 'open' }],
    [
      'what was brought into the container',
      { executable: '/tmp/cat', fromImage: false },
      'deny',
      { kind: 'not-from-image', policy: 'shells' },
    ],
    [
      'what was brought and a rule allows',
      { executable: '/debug/x', user: 0, fromImage: false },
      'allow',
      rule('debugger'),
    ],
    [
      'what was brought and a rule allows to others',
      { executable: '/debug/x', user: 7, fromImage: false },
      'deny',
      { kind: 'not-from-image', policy: 'shells' },
    ],
  ] as const)('decides %s', (_, execution, verdict, cause) => {
    expect(evaluateExecution(execution, ['shop'], policy)).toEqual({ verdict, cause });
  });

  it.each([
    ['discover', 'allow'],
    ['monitor', 'alert'],
    ['protect', 'deny'],
  ] as const)('goes in %s as far as %s', (mode, verdict) => {
    const decided = evaluateExecution({ executable: '/bin/sh', ...image }, ['shop'], {
      groups: [group('shop', mode)],
      processes: [SHELLS],
    });
    expect(decided.verdict).toBe(verdict);
  });

  it('says nothing of workloads in other groups', () => {
    expect(evaluateExecution({ executable: '/bin/sh', ...image }, ['web'], policy).cause).toEqual({ kind: 'open' });
  });

  it('denies what one of several policies denies, whatever another allows', () => {
    const open = processPolicy('all', {
      groups: ['shop'],
      rules: [{ name: 'all', action: 'allow', executables: ['*'] }],
    });
    const two = { ...policy, processes: [open, SHELLS] };
    expect(evaluateExecution({ executable: '/bin/sh', ...image }, ['shop'], two).cause).toEqual(rule('shell'));
    expect(evaluateExecution({ executable: '/bin/cat', ...image }, ['shop'], two).cause).toMatchObject({
      policy: 'all',
    });
  });

  const rules = fc
    .array(
      fc.record({
        action: fc.constantFrom('allow', 'deny'),
        executables: fc.constantFrom(['*'], ['*/sh'], ['/tmp/*']),
      }),
      { maxLength: 3 },
    )
    .map((list) => list.map((one, index) => ({ name: `r${index}`, ...one })));
  const policies = fc
    .array(fc.tuple(rules, fc.boolean(), fc.constantFrom('shop', 'trial')), { minLength: 1, maxLength: 4 })
    .map((list) =>
      list.map(([some, onlyFromImage, of], index) =>
        processPolicy(`p${index}`, { groups: [of], rules: some, onlyFromImage }),
      ),
    );
  const execution = fc.record({
    executable: fc.constantFrom('/bin/sh', '/tmp/x', '/bin/cat'),
    fromImage: fc.boolean(),
  });

  it('does not depend on the order of policies', () => {
    fc.assert(
      fc.property(policies, execution, (processes, one) => {
        const groups = [group('shop', 'protect'), group('trial', 'monitor')];
        const decide = (some: readonly ProcessPolicy[]) =>
          evaluateExecution(one, ['shop', 'trial'], { groups, processes: some });
        expect(decide(processes.toReversed())).toEqual(decide(processes));
      }),
    );
  });

  it('tells of a trial what would be denied if it were enforced, and denies nothing for it', () => {
    fc.assert(
      fc.property(policies, execution, (processes, one) => {
        const verdict = (trial: Mode) => {
          const groups = [group('shop', 'protect'), group('trial', trial)];
          return RULE_VERDICTS.indexOf(evaluateExecution(one, ['shop', 'trial'], { groups, processes }).verdict);
        };
        const [without, tried, enforced] = [verdict('discover'), verdict('monitor'), verdict('protect')];
        expect(tried).toBe(without === 2 ? 2 : enforced === 2 ? 1 : 0);
      }),
    );
  });
});

describe('evaluateFileUse', () => {
  const policy = { groups: [group('shop', 'protect')], files: [SECRETS] };
  const token = '/run/secrets/token';

  it.each([
    ['who is allowed', { path: token, access: 'read', executable: '/app' }, 'allow', 'own'],
    ['another use of the same', { path: token, access: 'write', executable: '/app' }, 'deny', 'others'],
    ['another program', { path: token, access: 'read', executable: '/bin/cat' }, 'deny', 'others'],
    ['a program that is not known', { path: token, access: 'read' }, 'deny', 'others'],
    ['an access that is meant', { path: '/etc/passwd', access: 'write' }, 'deny', 'config'],
    ['an access that is not meant', { path: '/etc/passwd', access: 'read' }, 'allow', undefined],
  ] as const)('decides %s', (_, use, verdict, rule) => {
    const cause = rule === undefined ? { kind: 'open' } : { kind: 'rule', policy: 'secrets', rule };
    expect(evaluateFileUse(use, ['shop'], policy)).toEqual({ verdict, cause });
  });
});
