import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import { requirePolicy } from '@bulkhead/policy';
import { expect, it } from 'vitest';
import type { RunningContainer } from '../workload/running-container.ts';
import { isHeld, planContainers, policiesOf } from './container-plan.ts';

const POLICY = `
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: shop }
spec: { selector: { namespaces: [shop] }, mode: protect }
---
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: everything }
spec: { selector: { names: ["*-0"] }, mode: monitor }
---
apiVersion: bulkhead.io/v1alpha1
kind: ProcessPolicy
metadata: { name: no-ssh }
spec: { groups: [everything], rules: [{ name: ssh, action: deny, executables: ["*/sshd"] }] }
---
apiVersion: bulkhead.io/v1alpha1
kind: FilePolicy
metadata: { name: shadow }
spec: { groups: [shop], rules: [{ name: shadow, action: deny, paths: [/etc/shadow] }] }
`;

const policy = requirePolicy([{ file: 'policy.yaml', text: POLICY }], {
  kind: dataSensorKind,
  provided: DEFAULT_SENSORS,
});

const NOTHING = { programs: false, files: false };
const ALL = { programs: true, files: true };

it('plans for the containers that some policy about programs or files is about', () => {
  const plans = planContainers([container('a', 'shop'), container('b', 'bank')], policy, NOTHING);

  expect([...plans.values()].map((plan) => [plan.container.id, policiesOf(plan)])).toEqual([
    ['a', ['no-ssh', 'shadow']],
    ['b', ['no-ssh']],
  ]);
  expect(plans.get('a')?.subject).toEqual({
    netns: '/proc/7/ns/net',
    workloads: [{ name: 'web', namespace: 'shop', pod: 'a-0' }],
    groups: ['everything', 'shop'],
    mode: 'protect',
  });
});

it('leaves alone what a group selects and no policy speaks of, unless what it runs is learnt', () => {
  const silent = { ...policy, processes: [], files: [] };
  expect(planContainers([container('a', 'shop')], silent, NOTHING).size).toBe(0);

  const plan = planContainers([container('a', 'shop')], silent, ALL).get('a');
  expect(plan?.rules).toEqual({ process: [], file: [], learn: ALL });
  expect(plan && isHeld(plan)).toBe(false);
  expect(planContainers([container('a', 'shop')], { ...silent, groups: [] }, ALL).size).toBe(0);
});

it('learns what is run where rules hold, too', () => {
  const [plan] = planContainers([container('a', 'shop')], policy, ALL).values();

  expect(plan?.rules.learn).toEqual(ALL);
  expect(plan && isHeld(plan)).toBe(true);
});

function container(id: string, namespace: string): RunningContainer {
  const owners = [{ kind: 'Pod', name: `${id}-0` }];
  return { id, name: 'web', namespace, labels: {}, owners, netns: { path: '/proc/7/ns/net' }, pid: 7 };
}
