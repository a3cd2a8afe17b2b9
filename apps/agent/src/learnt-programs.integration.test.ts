import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Containerd, missingForContainerd, startContainerd } from '@bulkhead/cri/test-support';
import { LineProcess, run } from '@bulkhead/lab';
import { Sentinel } from '@bulkhead/sentinel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CountedProgram } from './event/agent-event.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const COMMAND_LINE = join(import.meta.dirname, '../../cli/src/main.ts');
/** What a program that is refused gets told: EPERM. */
const REFUSED = 'Operation not permitted';

const missing = missingForContainerd() ?? Sentinel.missing();
if (missing !== undefined) process.stderr.write(`skipped: what containers run: ${missing}\n`);

const WAIT = { timeout: 40_000, interval: 200 };

function policyOf(mode: string, ...more: readonly object[]): string {
  const group = {
    kind: 'WorkloadGroup',
    metadata: { name: 'shop' },
    spec: { selector: { namespaces: ['shop'] }, mode },
  };
  const all = [group, ...more].map((one) => JSON.stringify({ apiVersion: 'bulkhead.io/v1alpha1', ...one }));
  return all.join('\n---\n');
}

const NO_COPIES = {
  kind: 'ProcessPolicy',
  metadata: { name: 'no-copies' },
  spec: { groups: ['shop'], rules: [{ name: 'copies', action: 'deny', executables: ['/tmp/*'] }] },
};

describe.skipIf(missing !== undefined)('what containers run on a real containerd', () => {
  let folder: string;
  let containerd: Containerd;
  let agent: LineProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-learnt-'));
    containerd = await startContainerd({ snapshotter: 'overlayfs' });
  });

  afterAll(async () => {
    await agent?.stop();
    await containerd?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  async function startAgent(policy: string, more: object = {}): Promise<LineProcess> {
    await agent?.stop();
    await writeFile(join(folder, 'policy.yaml'), policy);
    const config = { policy: ['policy.yaml'], workloads: { cri: containerd.socket }, metrics: { enabled: false } };
    await writeFile(join(folder, 'agent.json'), JSON.stringify({ ...config, onStop: 'release', ...more }));
    agent = new LineProcess('agent', undefined, process.execPath, [MAIN, '--config', join(folder, 'agent.json')]);
    await agent.waitFor('policy', (line) => line.event === 'policy-loaded', { withinMs: 30_000 });
    return agent;
  }

  const startPod = (name: string, namespace = 'shop'): Promise<string> =>
    containerd.startPod({
      namespace,
      name,
      labels: {},
      containers: [{ name: 'main', command: ['/bin/sleep', '86400'] }],
    });

  /** What a shell in a pod says when it runs a command. */
  async function shell(pod: string, command: string): Promise<string> {
    const { stdout, stderr } = await containerd.execute(pod, ['/bin/sh', '-c', `${command}; echo "code $?"`]);
    return stdout + stderr;
  }

  /** What an agent told of a pod so far. */
  const told = (by: LineProcess, pod: string): readonly CountedProgram[] =>
    by.lines
      .filter((line) => line.event === 'programs' && JSON.stringify(line.workloads).includes(`"pod":"${pod}"`))
      .flatMap((line) => line.programs as readonly CountedProgram[]);

  const expectTold = (by: LineProcess, pod: string, executable: string): Promise<void> =>
    expect.poll(() => told(by, pod).map((program) => program.executable), WAIT).toContain(executable);

  it('is told of each that a group selects, with no policy about it: what runs already, and what is run', async () => {
    const [pod, other] = [await startPod('web-0'), await startPod('web-1', 'bank')];
    const by = await startAgent(policyOf('discover'));
    await expectTold(by, 'web-0', '/bin/busybox');

    expect(told(by, 'web-0')).toEqual([
      { executable: '/bin/busybox', user: 0, fromImage: true, verdict: 'allow', count: 1 },
    ]);
    await shell(pod, '/bin/busybox cp /bin/busybox /tmp/sleep; /tmp/sleep 0.1');
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
    await shell(pod, '/tmp/sleep 0.1');
    await by.stop();
    expect(
      told(by, 'web-0').reduce((sum, { executable, count }) => sum + Number(executable === '/tmp/sleep') * count, 0),
    ).toBe(2);
    await containerd.removePod(pod);
    await containerd.removePod(other);
  });

  it('is told with what a policy made of it', async () => {
    const by = await startAgent(policyOf('protect', NO_COPIES));
    const pod = await startPod('web-2');
    await by.waitFor('protection', (line) => line.event === 'container-protected', { withinMs: 20_000 });
    await shell(pod, '/bin/busybox cp /bin/busybox /tmp/sleep; /tmp/sleep 0.1');
    await expectTold(by, 'web-2', '/tmp/sleep');

    expect(told(by, 'web-2')).toContainEqual(
      expect.objectContaining({ executable: '/tmp/sleep', verdict: 'block', fromImage: false }),
    );
    expect(told(by, 'web-2')).toContainEqual(
      expect.objectContaining({ executable: '/bin/busybox', verdict: 'allow', fromImage: true }),
    );
    await containerd.removePod(pod);
  });

  it('is learnt as a policy that lets run what was seen, scripts too, and nothing else', async () => {
    const pod = await startPod('web-4');
    const watching = await startAgent(policyOf('discover'));
    await expectTold(watching, 'web-4', '/bin/busybox');
    const bring =
      'cp /bin/busybox /app/sleep; cp /bin/busybox /app/touch; echo "#!/bin/sh" >/app/run; chmod +x /app/run';
    await shell(pod, `mkdir -p /app; ${bring}`);
    expect(await shell(pod, '/app/sleep 0.1 && /app/run')).toContain('code 0');
    await expectTold(watching, 'web-4', '/app/run');
    await watching.stop();

    const [lines = '', policy = '', learned = ''] = ['agent.jsonl', 'policy.yaml', 'learned.yaml'].map((name) =>
      join(folder, name),
    );
    await writeFile(lines, watching.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const bulkhead = (...words: readonly string[]): Promise<string> => run(process.execPath, [COMMAND_LINE, ...words]);
    const text = await bulkhead('policy', 'learn', lines, '--policy', policy, '--only', 'programs');
    await writeFile(learned, text);
    expect(await bulkhead('policy', 'check', policy, learned)).toContain('ok: 1 group');

    const by = await startAgent(`${policyOf('protect')}\n---\n${text}`);
    await by.waitFor('protection', (line) => line.event === 'container-protected', { withinMs: 20_000 });
    expect(await shell(pod, '/app/sleep 0.1 && /app/run')).toContain('code 0');
    expect(await shell(pod, '/app/touch /tmp/x')).toContain(REFUSED);
    expect(await by.waitFor('denial', (line) => line.event === 'process-denied')).toMatchObject({
      policy: 'shop-learned',
      executable: '/app/touch',
    });
    await containerd.removePod(pod);
  });

  it('is not looked at where the configuration does not want it', async () => {
    const pod = await startPod('web-3');
    const by = await startAgent(policyOf('discover'), { programs: false });
    await shell(pod, '/bin/busybox true');
    await by.stop();

    expect(told(by, 'web-3')).toEqual([]);
    await containerd.removePod(pod);
  });
});
