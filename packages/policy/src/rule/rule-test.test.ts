import { describe, expect, it } from 'vitest';
import { runPolicyTests } from '../admission/policy-test/run.ts';

const POLICY = `
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: shop }
spec: { selector: { namespaces: [shop] }, mode: protect }
---
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: trial }
spec: { selector: { namespaces: [shop] }, mode: monitor }
---
apiVersion: bulkhead.io/v1alpha1
kind: ProcessPolicy
metadata: { name: no-ssh }
spec: { groups: [shop], rules: [{ name: ssh, action: deny, executables: ["*/ssh", "*/sshd"], users: [0] }] }
---
apiVersion: bulkhead.io/v1alpha1
kind: ProcessPolicy
metadata: { name: no-drift }
spec: { groups: [trial], onlyFromImage: true }
---
apiVersion: bulkhead.io/v1alpha1
kind: FilePolicy
metadata: { name: shadow }
spec: { groups: [shop], rules: [{ name: passwords, action: deny, paths: [/etc/shadow], access: [read] }] }
`;

function run(spec: object) {
  const test = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'PolicyTest', metadata: { name: 'uses' }, spec };
  return runPolicyTests(
    [
      { file: 'policy.yaml', text: POLICY },
      { file: 'test.yaml', text: JSON.stringify(test) },
    ],
    0,
  );
}

/** The lines in which cases are decided otherwise than expected, by the name of the case. */
function faultsOf(spec: object): Readonly<Record<string, readonly string[]>> {
  const outcome = run(spec);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  const said = outcome.results.map(
    ({ name, problems }) => [name, problems.map(({ path, message }) => `${path.join('.')}: ${message}`)] as const,
  );
  return Object.fromEntries(said);
}

describe('programs and files of a PolicyTest', () => {
  const sshd = { name: 'sshd', groups: 'shop', executable: '/usr/sbin/sshd', user: 0 };
  const brought = { name: 'brought', groups: ['trial'], executable: '/tmp/x', fromImage: false };
  const shadow = { name: 'shadow', groups: 'shop', path: '/etc/shadow', access: 'read' };

  it('are decided by the policies in force, and name who decides', () => {
    const faults = faultsOf({
      programs: [
        { ...sshd, expect: { verdict: 'deny', by: 'no-ssh/ssh' } },
        { ...sshd, name: 'others', user: 7, expect: { verdict: 'allow' } },
        { ...brought, expect: { verdict: 'alert', by: 'no-drift' } },
        { ...brought, name: 'of the image', fromImage: true, expect: { verdict: 'allow' } },
      ],
      files: [
        { ...shadow, expect: { verdict: 'deny', by: 'shadow/passwords' } },
        { ...shadow, name: 'written', access: 'write', executable: '/bin/vi', expect: { verdict: 'allow' } },
      ],
    });

    expect(Object.keys(faults)).toHaveLength(6);
    expect(Object.values(faults).flat()).toEqual([]);
  });

  it('say what decides otherwise, and where that was expected', () => {
    const faults = faultsOf({
      programs: [
        { ...sshd, expect: { verdict: 'allow' } },
        { ...brought, expect: { verdict: 'deny' } },
        { ...sshd, name: 'nobody', groups: 'shops', expect: { verdict: 'deny' } },
      ],
      files: [
        { ...shadow, expect: { verdict: 'deny', by: 'shadow/others' } },
        { ...shadow, name: 'open', path: '/etc/passwd', expect: { verdict: 'deny' } },
      ],
    });

    expect(faults).toEqual({
      'uses/sshd': ['spec.programs.0.expect.verdict: expected allow, is deny: no-ssh/ssh decides'],
      'uses/brought': [
        'spec.programs.1.expect.verdict: expected deny, is alert: it is not from the image, and no-drift wants only what is',
      ],
      'uses/nobody': ['spec.programs.2.groups: there is no WorkloadGroup "shops"'],
      'uses/shadow': ['spec.files.0.expect.by: expected shadow/others to decide: shadow/passwords decides'],
      'uses/open': ['spec.files.1.expect.verdict: expected deny, is allow: no policy speaks of it'],
    });
  });

  it('are refused where they name no path or no group', () => {
    const refused = (spec: object): string => {
      const outcome = run(spec);
      return outcome.ok ? '' : outcome.problems.map(({ message }) => message).join();
    };
    const denied = { verdict: 'deny' };

    expect(refused({ programs: [{ ...sshd, executable: 'sshd', expect: denied }] })).toContain('absolute path');
    expect(refused({ programs: [{ ...sshd, groups: 'No Group', expect: denied }] })).toContain('name of a group');
    expect(refused({ files: [{ ...shadow, expect: { verdict: 'deny', by: 'a/b/c' } }] })).toContain('policy/rule');
    expect(refused({ programs: [], files: [] })).toContain('tests nothing');
  });
});
