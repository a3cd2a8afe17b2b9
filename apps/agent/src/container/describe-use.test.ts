import type { SentinelEvent } from '@bulkhead/sentinel';
import { expect, it } from 'vitest';
import { describeUse } from './describe-use.ts';

const SUBJECT = { netns: '/run/netns/x', workloads: [{ name: 'web' }], groups: ['shop'], mode: 'protect' } as const;
const PROGRAM: SentinelEvent = {
  kind: 'process',
  id: 'c1',
  verdict: 'block',
  policy: 'no-ssh',
  rule: 'ssh',
  path: '/usr/sbin/sshd',
  executable: '/bin/sh',
  pid: 7,
  uid: 1000,
  at: 0,
};

it('names what was run, who ran it and which rule refused it', () => {
  expect(describeUse(PROGRAM, SUBJECT)).toEqual({
    event: 'process-denied',
    policy: 'no-ssh',
    rule: 'ssh',
    executable: '/usr/sbin/sshd',
    parent: '/bin/sh',
    pid: 7,
    user: 1000,
    ...SUBJECT,
  });
});

it('names no rule where the program is not from the image', () => {
  const { rule: _, ...withoutRule } = PROGRAM;
  expect(describeUse({ ...withoutRule, verdict: 'alert' }, SUBJECT)).not.toHaveProperty('rule');
});

it('names the file, the access and who asked', () => {
  const file: SentinelEvent = { ...PROGRAM, kind: 'file', verdict: 'alert', path: '/etc/shadow', access: 'write' };

  expect(describeUse(file, SUBJECT)).toMatchObject({
    event: 'file-alerted',
    path: '/etc/shadow',
    access: 'write',
    executable: '/bin/sh',
  });
});

it('bounds what a container makes up', () => {
  const long = describeUse({ ...PROGRAM, path: `/${'x'.repeat(4_000)}`, executable: '/\uD800' }, SUBJECT);

  expect(long).toMatchObject({ parent: '/\uFFFD' });
  expect(long.executable).toHaveLength(1_024);
});
