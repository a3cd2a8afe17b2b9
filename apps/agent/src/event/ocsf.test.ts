import { expect, it } from 'vitest';
import type { AgentEvent } from './agent-event.ts';
import { withOcsf } from './ocsf.ts';

const SOURCE = { version: '1.2.3', node: 'node-1' };
const SUBJECT = {
  netns: '/run/netns/x',
  workloads: [{ name: 'main', namespace: 'shop', pod: 'web-0' }],
  groups: ['shop'],
  mode: 'protect',
} as const;
const PROGRAM: AgentEvent = {
  time: '2026-11-26T01:02:03.456Z',
  event: 'process-denied',
  policy: 'no-ssh',
  rule: 'ssh',
  executable: '/usr/sbin/sshd',
  parent: '/bin/sh',
  pid: 7,
  user: 1000,
  ...SUBJECT,
};
const FILE: AgentEvent = {
  time: '2026-11-26T01:02:03.456Z',
  event: 'file-denied',
  policy: 'secrets',
  rule: 'token',
  path: '/run/secrets/token',
  access: 'write',
  executable: '/bin/cat',
  pid: 8,
  user: 0,
  ...SUBJECT,
};

it('writes a program that was refused as a process activity: what, who started it, in which container, by which policy', () => {
  expect(withOcsf(PROGRAM, SOURCE)).toEqual({
    activity_id: 1,
    activity_name: 'Launch',
    category_uid: 1,
    category_name: 'System Activity',
    class_uid: 1007,
    class_name: 'Process Activity',
    type_uid: 100_701,
    time: 1_795_654_923_456,
    severity_id: 4,
    severity: 'High',
    action_id: 2,
    action: 'Denied',
    disposition_id: 2,
    disposition: 'Blocked',
    is_alert: true,
    message: '/usr/sbin/sshd was refused by the policy no-ssh, rule ssh',
    metadata: {
      version: '1.6.0',
      profiles: ['container', 'security_control'],
      product: { name: 'Bulkhead', vendor_name: 'Bulkhead', version: '1.2.3' },
    },
    policy: { name: 'no-ssh' },
    device: { hostname: 'node-1', type_id: 0, type: 'Unknown' },
    actor: {
      process: {
        pid: 7,
        user: { uid: '1000' },
        file: { name: 'sh', path: '/bin/sh', type_id: 1, type: 'Regular File' },
        container: { name: 'main' },
      },
    },
    process: {
      pid: 7,
      user: { uid: '1000' },
      file: { name: 'sshd', path: '/usr/sbin/sshd', type_id: 1, type: 'Regular File' },
      container: { name: 'main' },
    },
    unmapped: { rule: 'ssh', ...SUBJECT },
  });
});

it('writes what was let happen as observed, and what runs already as no launch', () => {
  const { rule: _, ...notFromImage } = PROGRAM;
  expect(withOcsf({ ...notFromImage, event: 'process-alerted', parent: '' }, SOURCE)).toMatchObject({
    activity_id: 1,
    severity_id: 3,
    action_id: 3,
    disposition_id: 19,
    message: '/usr/sbin/sshd would be refused by the policy no-ssh, which wants programs of the image alone',
    actor: { process: expect.not.objectContaining({ file: expect.anything() }) },
    unmapped: expect.not.objectContaining({ rule: expect.anything() }),
  });
  expect(withOcsf({ ...PROGRAM, event: 'process-alerted', alreadyRunning: true }, SOURCE)).toMatchObject({
    activity_id: 99,
    activity_name: 'Run',
    type_uid: 100_799,
    message: '/usr/sbin/sshd runs against the policy no-ssh, rule ssh',
  });
});

it.each([
  ['read', 2, 'Read'],
  ['write', 3, 'Update'],
  ['execute', 99, 'Execute'],
] as const)('writes a file that was not to be used (%s) as a file system activity', (access, id, name) => {
  expect(withOcsf({ ...FILE, access }, SOURCE)).toMatchObject({
    activity_id: id,
    activity_name: name,
    class_uid: 1001,
    type_uid: 100_100 + id,
    action_id: 2,
    message: `/run/secrets/token (${access}) was refused by the policy secrets, rule token`,
    policy: { name: 'secrets' },
    actor: { process: { pid: 8, user: { uid: '0' }, file: { path: '/bin/cat' } } },
    file: { name: 'token', path: '/run/secrets/token', type_id: 1 },
  });
  expect(withOcsf({ ...FILE, event: 'file-alerted' }, SOURCE)).toMatchObject({ action_id: 3, severity_id: 3 });
});

it('leaves every other event as it is', () => {
  const lost: AgentEvent = { time: '2026-11-26T01:02:03.456Z', event: 'events-lost', count: 1 };

  expect(withOcsf(lost, SOURCE)).toBe(lost);
});
