import { missingForContainerd } from '@bulkhead/cri/test-support';
import type { LineProcess } from '@bulkhead/lab';
import { Sentinel } from '@bulkhead/sentinel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CountedFile } from './event/agent-event.ts';
import { PodStand, shopPolicy } from './test-support/pod-stand.ts';

const missing = missingForContainerd() ?? Sentinel.missing();
if (missing !== undefined) process.stderr.write(`skipped: what containers write: ${missing}\n`);

const WAIT = { timeout: 40_000, interval: 200 };

const ONLY_LOGS = {
  kind: 'FilePolicy',
  metadata: { name: 'only-logs' },
  spec: {
    groups: ['shop'],
    rules: [
      { name: 'logs', action: 'allow', paths: ['/var/log/*'], access: ['write'] },
      { name: 'others', action: 'deny', paths: ['*'], access: ['write'] },
    ],
  },
};

/** Has a log that it never closes. */
const SERVER = ['/bin/sh', '-c', 'mkdir -p /var/log; exec 3>>/var/log/server; exec sleep 86400'];

describe.skipIf(missing !== undefined)('what containers write on a real containerd', () => {
  let stand: PodStand;

  beforeAll(async () => {
    stand = await PodStand.open();
  });

  afterAll(() => stand?.close());

  /** What an agent told of a pod so far. */
  const told = (by: LineProcess, pod: string): readonly CountedFile[] =>
    by.lines
      .filter((line) => line.event === 'files' && JSON.stringify(line.workloads).includes(`"pod":"${pod}"`))
      .flatMap((line) => line.files as readonly CountedFile[]);

  const expectTold = (by: LineProcess, pod: string, path: string): Promise<void> =>
    expect.poll(() => told(by, pod).map((file) => file.path), WAIT).toContain(path);

  it('is told of each that a group selects, with no policy about it: what is open already, and what is written', async () => {
    const [pod, other] = [
      await stand.startPod('web-0', { command: SERVER }),
      await stand.startPod('web-1', { namespace: 'bank', command: SERVER }),
    ];
    const by = await stand.startAgent(shopPolicy('discover'));
    await expectTold(by, 'web-0', '/var/log/server');

    expect(told(by, 'web-0')).toEqual([
      { path: '/var/log/server', executable: '/bin/busybox', access: 'write', verdict: 'allow', count: 1 },
    ]);
    await stand.shell(
      pod,
      'mkdir -p /tmp/many; i=0; while [ $i -lt 50 ]; do echo >/tmp/many/$i; i=$((i+1)); done; cat /proc/1/stat',
    );
    // In one line, or in two where the shell had ended before it could be told who wrote the last ones.
    const inMany = (): number =>
      told(by, 'web-0').reduce((sum, { path, count }) => sum + (path.startsWith('/tmp/many') ? count : 0), 0);
    await expect.poll(inMany, WAIT).toBe(50);
    const folders = told(by, 'web-0').filter(({ folder: isFolder }) => isFolder);
    expect(new Set(folders.map(({ path, verdict }) => `${verdict} ${path}`))).toEqual(new Set(['allow /tmp/many']));
    const event = by.lines.find((line) => line.event === 'files');
    expect(event).toMatchObject({
      since: expect.any(String),
      workloads: [{ name: 'main', namespace: 'shop', pod: 'web-0' }],
      groups: ['shop'],
      mode: 'discover',
    });
    expect(told(by, 'web-1')).toEqual([]);
    expect(by.lines.some((line) => String(line.event).startsWith('container-'))).toBe(false);

    // What was written since is told before the agent ends.
    await stand.shell(pod, 'echo x >>/tmp/last');
    await by.stop();
    expect(told(by, 'web-0')).toContainEqual(expect.objectContaining({ path: '/tmp/last', count: 1 }));
    await stand.containerd.removePod(pod);
    await stand.containerd.removePod(other);
  });

  it.each([
    ['protect', 'block'],
    ['monitor', 'alert'],
  ])('is told with what a policy made of it in %s', async (mode, verdict) => {
    const by = await stand.startAgent(shopPolicy(mode, ONLY_LOGS));
    const pod = await stand.startPod(`web-${mode}`, { command: SERVER });
    await by.waitFor('protection', (line) => line.event === 'container-protected', { withinMs: 20_000 });
    await stand.shell(pod, 'echo x >/tmp/other; echo x >/var/log/own');
    await expectTold(by, `web-${mode}`, '/var/log/own');

    expect(told(by, `web-${mode}`)).toContainEqual(
      expect.objectContaining({ path: '/tmp/other', executable: '/bin/busybox', verdict }),
    );
    expect(told(by, `web-${mode}`)).toContainEqual(expect.objectContaining({ path: '/var/log/own', verdict: 'allow' }));
    await stand.containerd.removePod(pod);
  });

  it('is not looked at where the configuration does not want it', async () => {
    const pod = await stand.startPod('web-3', { command: SERVER });
    const by = await stand.startAgent(shopPolicy('discover'), { policy: ['policy.yaml'], files: false });
    const ran = (): boolean => by.lines.some((line) => JSON.stringify(line.programs ?? '').includes('/bin/busybox'));
    await expect.poll(ran, WAIT).toBe(true);
    await stand.shell(pod, 'echo x >/tmp/other');
    await by.stop();

    expect(told(by, 'web-3')).toEqual([]);
    await stand.containerd.removePod(pod);
  });
});
