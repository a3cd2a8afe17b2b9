import { expect, it } from 'vitest';
import { readPolicy } from '../policy.ts';
import { containerRules } from './container-rules.ts';

const POLICY = `
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: everything }
spec: { selector: { names: ["*"] }, mode: monitor }
---
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: shop }
spec: { selector: { namespaces: [shop] }, mode: protect }
---
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: lab }
spec: { selector: { namespaces: [lab] }, mode: discover }
---
apiVersion: bulkhead.io/v1alpha1
kind: ProcessPolicy
metadata: { name: all }
spec: { groups: [everything, lab], onlyFromImage: true }
---
apiVersion: bulkhead.io/v1alpha1
kind: ProcessPolicy
metadata: { name: shop-programs }
spec: { groups: [shop], rules: [{ name: ssh, action: deny, executables: ["*/sshd"] }] }
---
apiVersion: bulkhead.io/v1alpha1
kind: FilePolicy
metadata: { name: shadow }
spec: { groups: [lab, shop], rules: [{ name: shadow, action: deny, paths: [/etc/shadow] }] }
`;

const outcome = readPolicy([{ file: 'policy.yaml', text: POLICY }], {
  kind: { kind: 'DataSensor', parse: () => ({ ok: false, problems: [] }) },
  provided: [],
});
if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
const { policy } = outcome;

function rulesIn(namespace: string) {
  return containerRules({ name: 'web', namespace, labels: {}, owners: [] }, policy);
}

it('puts what is enforced before what is tried, and says which is which', () => {
  expect(rulesIn('shop')).toEqual({
    process: [
      {
        policy: 'shop-programs',
        enforced: true,
        onlyFromImage: false,
        rules: [{ name: 'ssh', action: 'deny', executables: ['*/sshd'] }],
      },
      { policy: 'all', enforced: false, onlyFromImage: true, rules: [] },
    ],
    file: [
      {
        policy: 'shadow',
        enforced: true,
        rules: [{ name: 'shadow', action: 'deny', paths: ['/etc/shadow'], access: ['read', 'write', 'execute'] }],
      },
    ],
  });
});

it('leaves out what is bound by groups in discover alone', () => {
  expect(rulesIn('lab')).toEqual({
    process: [{ policy: 'all', enforced: false, onlyFromImage: true, rules: [] }],
    file: [],
  });
});

it('is nothing where no policy speaks of the container', () => {
  expect(
    containerRules({ name: 'web', labels: {}, owners: [] }, { ...policy, processes: [], files: [] }),
  ).toBeUndefined();
});
