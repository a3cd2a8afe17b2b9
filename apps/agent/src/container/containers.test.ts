import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import { requirePolicy } from '@bulkhead/policy';
import type { SentinelEvent } from '@bulkhead/sentinel';
import { expect, it } from 'vitest';
import type { NewAgentEvent } from '../event/agent-event.ts';
import { Containers } from './containers.ts';

const POLICY = `
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: everything }
spec: { selector: { names: ["*"] }, mode: protect }
---
apiVersion: bulkhead.io/v1alpha1
kind: ProcessPolicy
metadata: { name: no-node }
spec: { groups: [everything], rules: [{ name: node, action: deny, executables: ["${process.execPath}"] }] }
`;

const policy = requirePolicy([{ file: 'policy.yaml', text: POLICY }], {
  kind: dataSensorKind,
  provided: DEFAULT_SENSORS,
});

/** A container with the processes of this machine's mount namespace. */
const container = { id: 'c1', name: 'web', labels: {}, owners: [], netns: { path: '/x' }, pid: process.pid };
const used: SentinelEvent = {
  kind: 'process',
  id: 'c1',
  verdict: 'block',
  policy: 'no-node',
  rule: 'node',
  path: '/bin/x',
  executable: '/bin/sh',
  pid: 7,
  uid: 0,
  at: 0,
};

function stage(missing?: string) {
  const events: NewAgentEvent[] = [];
  const sentinel = { missing, watch: () => undefined, setRules: () => undefined, remove: () => undefined };
  const containers = new Containers(policy, { sentinel, emit: (event) => events.push(event) });
  const kinds = (): readonly string[] => events.splice(0).map(({ event }) => event);
  return { containers, events, kinds };
}

it('tells what runs already against the policy, and what is refused from then on', () => {
  const { containers, events, kinds } = stage();
  containers.setContainers([container]);

  expect(events[0]).toMatchObject({ event: 'container-protected', policies: ['no-node'], groups: ['everything'] });
  const running = events.find((event) => 'pid' in event && event.pid === process.pid);
  expect(running).toMatchObject({ event: 'process-alerted', rule: 'node', alreadyRunning: true });
  expect(containers.enforcement).toEqual([{ workloadId: 'c1', enforced: true, problem: undefined }]);
  kinds();
  containers.onUse(used);
  expect(kinds()).toEqual(['process-denied']);
});

it('tells what was refused in a container that has ended meanwhile, and nothing of one that it never knew', () => {
  const { containers, events, kinds } = stage();
  containers.setContainers([container]);
  containers.setContainers([]);
  kinds();
  containers.onUse(used);
  containers.onUse({ ...used, id: 'other' });

  expect(events).toMatchObject([{ event: 'process-denied', workloads: [{ name: 'web' }] }]);
});

it('lets containers go that no policy speaks of any more', () => {
  const { containers, kinds } = stage();
  containers.setContainers([container]);
  kinds();
  containers.setPolicy({ ...policy, processes: [] });

  expect(kinds()).toEqual(['container-released']);
  expect(containers.enforcement).toEqual([]);
});

it('says of each container why it is not held, where none can be', () => {
  const { containers, kinds } = stage('no such kernel');
  containers.setContainers([container]);

  expect(kinds()).toEqual([]);
  expect(containers.enforcement).toEqual([{ workloadId: 'c1', enforced: false, problem: 'no such kernel' }]);
});
