import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import { requirePolicy } from '@bulkhead/policy';
import { expect, it } from 'vitest';
import { planNamespaces } from './plan.ts';
import type { LocatedWorkload } from './workload/located.ts';

function policy(...groups: readonly string[]) {
  const heading = 'apiVersion: bulkhead.io/v1alpha1\nkind: WorkloadGroup\n';
  const text = groups.map((group) => heading + group).join('\n---\n');
  return requirePolicy([{ file: 'policy.yaml', text }], { kind: dataSensorKind, provided: DEFAULT_SENSORS });
}

const WEB = `
metadata: { name: web }
spec: { selector: { names: [web] }, mode: protect, sensors: [payment-cards] }
`;
const EVERYTHING = `
metadata: { name: everything }
spec: { selector: { names: ['*'] }, mode: monitor, sensors: [payment-cards, secrets] }
`;

it('makes one plan for the containers of a pod and joins what their groups ask', () => {
  const plans = planNamespaces([workload('web', '4:1'), workload('sidecar', '4:1')], policy(WEB, EVERYTHING));

  const plan = plans.get('4:1');
  expect([...plans.keys()]).toEqual(['4:1']);
  expect(plan?.policy).toMatchObject({ mode: 'protect', groups: ['everything', 'web'] });
  expect(plan?.program.sensors.map(({ name, action }) => [name, action])).toEqual([
    ['payment-cards', 'block'],
    ['secrets', 'alert'],
  ]);
});

it('leaves namespaces alone that no group selects', () => {
  expect(planNamespaces([workload('db', '4:2')], policy(WEB)).size).toBe(0);
});

function workload(name: string, netnsKey: string): LocatedWorkload {
  return { id: name, name, labels: {}, owners: [], netns: { path: `/run/netns/${name}` }, netnsKey };
}
