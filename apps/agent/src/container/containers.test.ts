import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import { requirePolicy } from '@bulkhead/policy';
import type { SentinelEvent } from '@bulkhead/sentinel';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { NewAgentEvent } from '../event/agent-event.ts';
import { Containers } from './containers.ts';
import type { ContainerSentinel, WatchedFor } from './sentinel-port.ts';

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

function stage(
  missing?: string,
  learns = false,
  watch: ContainerSentinel['watch'] = () => undefined,
  setRules: (rules: WatchedFor) => void = () => undefined,
) {
  const events: NewAgentEvent[] = [];
  const noted: (readonly number[])[] = [];
  const open: (readonly number[])[] = [];
  const counting: string[] = [];
  const sentinel = {
    missing,
    watch,
    setRules: (_id: string, rules: WatchedFor) => setRules(rules),
    noteRunning: (_id: string, processes: readonly number[]) => void noted.push(processes),
    noteOpen: (_id: string, processes: readonly number[]) => void open.push(processes),
    remove: () => undefined,
  };
  const ports = {
    sentinel,
    emit: (event: NewAgentEvent) => events.push(event),
    onCounting: (notice: string) => counting.push(notice),
  };
  const containers = new Containers(policy, ports, { programs: learns, files: learns });
  const kinds = (): readonly string[] => events.splice(0).map(({ event }) => event);
  return { containers, events, kinds, noted, open, counting };
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

it('says nothing of a container that is only learnt from, beyond what runs in it', () => {
  const { containers, kinds, noted } = stage(undefined, true);
  containers.setPolicy({ ...policy, processes: [] });
  containers.setContainers([container]);

  expect(kinds()).toEqual([]);
  expect(noted).toHaveLength(1);
  expect(noted[0]?.length).toBeGreaterThan(0);
  expect(containers.enforcement).toEqual([]);
  expect(containers.counts).toEqual({ held: 0, failed: 0, learnt: 1, lackFiles: 0 });
  expect(containers.subjectOf('c1')).toMatchObject({ workloads: [{ name: 'web' }], groups: ['everything'] });
  containers.setContainers([]);
  expect(kinds()).toEqual([]);
  expect(containers.subjectOf('c1')).toBeDefined();
});

it('tells as a policy begins and ends to hold a container that is learnt from all the time', () => {
  const { containers, kinds, noted } = stage(undefined, true);
  containers.setContainers([container]);
  expect(kinds()[0]).toBe('container-protected');
  containers.setPolicy({ ...policy, processes: [] });

  expect(kinds()).toEqual(['container-released']);
  containers.setPolicy(policy);
  expect(kinds()[0]).toBe('container-protected');
  expect(noted).toHaveLength(1);
});

it('does not call it a failure of a policy that a container cannot be learnt from', () => {
  const { containers, kinds, counting } = stage(undefined, true, () => {
    throw new Error('no such file system');
  });
  containers.setPolicy({ ...policy, processes: [] });
  containers.setContainers([container]);
  containers.close();

  expect(kinds()).toEqual([]);
  expect(counting).toEqual(['what the container web runs and writes is not counted: no such file system']);
  expect(containers.counts).toEqual({ held: 0, failed: 0, learnt: 0, lackFiles: 0 });
});

it('tells that there is no room to count what a container writes, and what is open once there is', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let isFull = true;
  const full = (rules: WatchedFor): void => {
    if (isFull && rules.learn?.files === true) throw Object.assign(new Error('full'), { code: 'NO_RESOURCES' });
  };
  const { containers, kinds, open, counting } = stage(undefined, true, (_id, _container, rules) => full(rules), full);
  containers.setContainers([container]);

  expect(kinds()[0]).toBe('container-protected');
  const last = (): unknown => counting.splice(0);
  expect(last()).toEqual([expect.stringMatching(/^what the container web writes is not counted: .*max_user_groups$/)]);
  expect(containers.enforcement).toMatchObject([{ enforced: true }]);
  isFull = false;
  open.length = 0;
  vi.advanceTimersToNextTimer();
  expect(last()).toEqual(['what the container web writes is counted again']);
  expect(open).toHaveLength(1);
  expect(kinds()).toEqual([]);
  containers.close();
});

it('tells again what runs and is open, once a container is in another group, and whenever it is asked to', async () => {
  const { containers, noted, open } = stage(undefined, true);
  containers.setContainers([container]);
  containers.setContainers([{ ...container }]);
  expect(noted).toHaveLength(1);
  const [everything] = policy.groups;
  containers.setPolicy({
    ...policy,
    groups: [...policy.groups, { ...everything, name: 'web' } as typeof everything & object],
  });
  expect(noted).toHaveLength(2);
  containers.noteRunning();
  expect(noted).toHaveLength(3);
  expect(noted[2]?.length).toBeGreaterThan(0);
  expect(open).toHaveLength(2);
  await containers.noteOpen(new AbortController().signal);
  expect(open).toHaveLength(3);
  expect(open[2]).toContain(process.pid);
  await containers.noteOpen(AbortSignal.abort());
  expect(open).toHaveLength(3);
});

it('tells of nothing that runs where nothing is to be learnt', async () => {
  const { containers, noted, open } = stage();
  containers.setContainers([container]);
  containers.noteRunning();
  await containers.noteOpen(new AbortController().signal);
  expect([noted, open]).toEqual([[], []]);
});
