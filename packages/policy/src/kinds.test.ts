import { describe, expect, it } from 'vitest';
import { filePolicyKind } from './file/schema.ts';
import { jsonSchemas } from './json-schema.ts';
import { processPolicyKind } from './process/schema.ts';
import { responseRuleKind } from './response/schema.ts';

function document(kind: string, spec: object): object {
  return { apiVersion: 'bulkhead.io/v1alpha1', kind, metadata: { name: 'mine' }, spec };
}

function problems(
  parsed:
    | ReturnType<typeof processPolicyKind.parse>
    | ReturnType<typeof filePolicyKind.parse>
    | ReturnType<typeof responseRuleKind.parse>,
): readonly string[] {
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('ProcessPolicy', () => {
  it('reads ordered rules about programs', () => {
    const rule = { name: 'ssh', action: 'deny', executables: ['*/sshd'] };
    expect(processPolicyKind.parse(document('ProcessPolicy', { groups: ['all'], rules: [rule] }))).toEqual({
      ok: true,
      value: { name: 'mine', description: '', groups: ['all'], onlyFromImage: false, rules: [rule] },
    });
  });

  it('refuses a path that is none, and a name twice', () => {
    const rule = { name: 'a', action: 'deny', executables: ['sshd'] };
    expect(
      problems(processPolicyKind.parse(document('ProcessPolicy', { groups: ['all'], rules: [rule, rule] }))),
    ).toEqual([
      expect.stringMatching(/^spec\.rules\.0\.executables\.0: must be a glob over absolute paths/),
      expect.stringMatching(/^spec\.rules\.1\.executables\.0: must be a glob over absolute paths/),
      'spec.rules.1.name: is the name of another rule',
    ]);
    const good = { ...rule, executables: ['*'] };
    expect(
      problems(processPolicyKind.parse(document('ProcessPolicy', { groups: ['all'], rules: [good, good] }))),
    ).toEqual(['spec.rules.1.name: is the name of another rule']);
  });
});

describe('FilePolicy', () => {
  it('is about every access unless it says otherwise, and needs a rule', () => {
    const parsed = filePolicyKind.parse(
      document('FilePolicy', { groups: ['all'], rules: [{ name: 'a', action: 'deny', paths: ['/etc/*'] }] }),
    );
    expect(parsed).toMatchObject({ ok: true, value: { rules: [{ access: ['read', 'write', 'execute'] }] } });
    expect(problems(filePolicyKind.parse(document('FilePolicy', { groups: ['all'], rules: [] })))).toHaveLength(1);
  });
});

describe('ResponseRule', () => {
  it('reads what is done after so many events within a time', () => {
    const spec = {
      groups: ['all'],
      when: { events: ['flow-denied'], ruleSets: ['rules'] },
      after: { count: 10, within: '5m' },
      actions: ['capture', 'quarantine'],
    };
    expect(responseRuleKind.parse(document('ResponseRule', spec))).toMatchObject({ ok: true, value: spec });
    const terms = { modes: ['monitor', 'protect'], atMost: 2, within: '1h' };
    expect(responseRuleKind.parse(document('ResponseRule', { ...spec, quarantine: terms }))).toMatchObject({
      ok: true,
      value: { quarantine: terms },
    });
    expect(responseRuleKind.parse(document('ResponseRule', spec))).toMatchObject({
      value: {
        quarantine: { modes: ['protect'], atMost: 5, within: '10m' },
        capture: { seconds: 60, maxBytes: 16 * 2 ** 20 },
      },
    });
    const useless = { ...spec, actions: ['alert'], quarantine: terms, capture: {} };
    expect(problems(responseRuleKind.parse(document('ResponseRule', useless)))).toHaveLength(1);
    const wrong = { ...spec, after: { count: 0, within: 'soon' }, actions: ['explode'] };
    expect(problems(responseRuleKind.parse(document('ResponseRule', wrong)))).toHaveLength(3);
  });
});

describe('every kind', () => {
  it('has no key that YAML 1.1, which kubectl and Helm read, takes for something else', () => {
    const words = /"(?:on|off|yes|no|y|n|true|false|null)":/i;
    for (const [file, schema] of Object.entries(jsonSchemas()))
      expect(words.exec(JSON.stringify(schema)), file).toBeNull();
  });
});
