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

it('says by addresses which peers a sensor concerns, and leaves out one whose peers are nobody', () => {
  const payments = `
metadata: { name: payments }
spec:
  selector: { names: [payments] }
  mode: protect
  sensors:
    - { name: payment-cards, from: [web, 192.0.2.0/24], to: [web] }
    - { name: secrets, from: [nobody] }
    - { name: contact-data, from: [web] }
    - contact-data
`;
  const nobody = 'metadata: { name: nobody }\nspec: { selector: { names: [nobody] }, mode: monitor }';
  const workloads = [workload('web', '4:1', ['10.0.0.1', '2001:db8::1']), workload('payments', '4:2', ['10.0.0.2'])];

  const sensors = planNamespaces(workloads, policy(WEB, payments, nobody)).get('4:2')?.program.sensors;

  const clients = ['10.0.0.1', '192.0.2.0/24', '2001:db8::1'];
  expect(sensors?.map(({ name, scopes }) => [name, scopes])).toEqual([
    ['contact-data', undefined],
    [
      'payment-cards',
      [
        { clients, servers: ['10.0.0.2'] },
        { clients: ['10.0.0.2'], servers: ['10.0.0.1', '2001:db8::1'] },
      ],
    ],
  ]);
});

it('has a sensor look at what is opened to its peers by the address of a service', () => {
  const payments = `
metadata: { name: payments }
spec:
  selector: { names: [payments] }
  mode: protect
  sensors: [{ name: payment-cards, from: [web], to: [web] }]
`;
  const to = [{ port: 8080, groups: [['web'], []] }];
  const services = [{ address: '10.96.0.1', protocol: 'tcp', port: 80, to } as const];
  const neighbours = { members: {}, services, node: [], namesOf: () => [] };
  const workloads = [workload('web', '4:1', ['10.0.0.1']), workload('payments', '4:2', ['10.0.0.2'])];

  const plan = planNamespaces(workloads, policy(WEB, payments), neighbours).get('4:2');

  expect(plan?.program.sensors[0]?.scopes).toEqual([
    { clients: ['10.0.0.1'], servers: ['10.0.0.2'] },
    { clients: ['10.0.0.2'], servers: ['10.0.0.1', '10.96.0.1'] },
  ]);
});

function workload(name: string, netnsKey: string, addresses: readonly string[] = []): LocatedWorkload {
  return { id: name, name, labels: {}, owners: [], netns: { path: `/run/netns/${name}` }, netnsKey, addresses };
}
