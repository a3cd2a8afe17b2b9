import { missingForContainerd } from '@bulkhead/cri/test-support';
import type { LineProcess } from '@bulkhead/lab';
import { Sentinel } from '@bulkhead/sentinel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CountedProgram } from './event/agent-event.ts';
import { PodStand, REFUSED, shopPolicy } from './test-support/pod-stand.ts';

const missing = missingForContainerd() ?? Sentinel.missing();
if (missing !== undefined) process.stderr.write(`skipped: what containers run: ${missing}\n`);

const WAIT = { timeout: 40_000, interval: 200 };

const NO_COPIES = {
  kind: 'ProcessPolicy',
  metadata: { name: 'no-copies' },
  spec: { groups: ['shop'], rules: [{ name: 'copies', action: 'deny', executables: ['/tmp/*'] }] },
};

describe.skipIf(missing !== undefined)('what containers run on a real containerd', () => {
  let stand: PodStand;

  beforeAll(async () => {
    stand = await PodStand.open();
  });

  afterAll(() => stand?.close());

  /** What an agent told of a pod so far. */
  const told = (by: LineProcess, pod: string): readonly CountedProgram[] =>
    by.lines
      .filter((line) => line.event === 'programs' && JSON.stringify(line.workloads).includes(`"pod":"${pod}"`))
      .flatMap((line) => line.programs as readonly CountedProgram[]);

  const expectTold = (by: LineProcess, pod: string, executable: string): Promise<void> =>
    expect.poll(() => told(by, pod).map((program) => program.executable), WAIT).toContain(executable);

  it('is told of each that a group selects, with no policy about it: what runs already, and what is run', async () => {
    const [pod, other] = [await stand.startPod('web-0'), await stand.startPod('web-1', { namespace: 'bank' })];
    const by = await stand.startAgent(shopPolicy('discover'));
    await expectTold(by, 'web-0', '/bin/busybox');

    expect(told(by, 'web-0')).toEqual([
      { executable: '/bin/busybox', user: 0, fromImage: true, verdict: 'allow', count: 1 },
    ]);
    await stand.shell(pod, '/bin/busybox cp /bin/busybox /tmp/sleep; /tmp/sleep 0.1');
    await expectTold(by, 'web-0', '/tmp/sleep');
    const event = by.lines.find((line) => JSON.stringify(line).includes('/tmp/sleep'));
    expect(event).toMatchObject({
      event: 'programs',
      since: expect.any(String),
      workloads: [{ name: 'main', namespace: 'shop', pod: 'web-0' }],
      groups: ['shop'],
      mode: 'discover',
      programs: expect.arrayContaining([
        { executable: '/tmp/sleep', user: 0, fromImage: false, verdict: 'allow', count: 1 },
      ]),
    });
    expect(told(by, 'web-1')).toEqual([]);
    expect(by.lines.some((line) => String(line.event).startsWith('container-'))).toBe(false);

    // What was run since is told before the agent ends.
    await stand.shell(pod, '/tmp/sleep 0.1');
    await by.stop();
    expect(
      told(by, 'web-0').reduce((sum, { executable, count }) => sum + Number(executable === '/tmp/sleep') * count, 0),
    ).toBe(2);
    await stand.containerd.removePod(pod);
    await stand.containerd.removePod(other);
  });

  it('is told with what a policy made of it', async () => {
    const by = await stand.startAgent(shopPolicy('protect', NO_COPIES));
    const pod = await stand.startPod('web-2');
    await by.waitFor('protection', (line) => line.event === 'container-protected', { withinMs: 20_000 });
    await stand.shell(pod, '/bin/busybox cp /bin/busybox /tmp/sleep; /tmp/sleep 0.1');
    await expectTold(by, 'web-2', '/tmp/sleep');

    expect(told(by, 'web-2')).toContainEqual(
      expect.objectContaining({ executable: '/tmp/sleep', verdict: 'block', fromImage: false }),
    );
    expect(told(by, 'web-2')).toContainEqual(
      expect.objectContaining({ executable: '/bin/busybox', verdict: 'allow', fromImage: true }),
    );
    await stand.containerd.removePod(pod);
  });

  it('is learnt as a policy that lets run what was seen, scripts too, and nothing else', async () => {
    const pod = await stand.startPod('web-4');
    const watching = await stand.startAgent(shopPolicy('discover'));
    await expectTold(watching, 'web-4', '/bin/busybox');
    const bring =
      'cp /bin/busybox /app/sleep; cp /bin/busybox /app/touch; echo "#!/bin/sh" >/app/run; chmod +x /app/run';
    await stand.shell(pod, `mkdir -p /app; ${bring}`);
    expect(await stand.shell(pod, '/app/sleep 0.1 && /app/run')).toContain('code 0');
    await expectTold(watching, 'web-4', '/app/run');
    await watching.stop();

    const { text, check } = await stand.learn(watching, 'programs');
    expect(check).toContain('ok: 1 group');

    const by = await stand.startAgent(`${shopPolicy('protect')}\n---\n${text}`);
    await by.waitFor('protection', (line) => line.event === 'container-protected', { withinMs: 20_000 });
    expect(await stand.shell(pod, '/app/sleep 0.1 && /app/run')).toContain('code 0');
    expect(await stand.shell(pod, '/app/touch /tmp/x')).toContain(REFUSED);
    expect(await by.waitFor('denial', (line) => line.event === 'process-denied')).toMatchObject({
      policy: 'shop-learned',
      executable: '/app/touch',
    });
    await stand.containerd.removePod(pod);
  });

  it('is not looked at where the configuration does not want it', async () => {
    const pod = await stand.startPod('web-3');
    const by = await stand.startAgent(shopPolicy('discover'), { policy: ['policy.yaml'], programs: false });
    await stand.shell(pod, '/bin/busybox true');
    await by.stop();

    expect(told(by, 'web-3')).toEqual([]);
    await stand.containerd.removePod(pod);
  });
});
