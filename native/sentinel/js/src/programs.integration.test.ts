import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CountedProgram } from './program.ts';
import type { ContainerRules, ProcessRule, ProcessRuleSet } from './rules.ts';
import { Sentinel } from './sentinel.ts';
import { missingForContainers, startContainer, type TestContainer } from './testing/container.ts';

const missing = missingForContainers();
if (missing !== undefined) process.stderr.write(`skipped: the tests of what containers run: ${missing}\n`);

const LEARN: ContainerRules = { process: [], file: [], learn: { programs: true } };
const WAIT = { timeout: 10_000, interval: 20 };
const MANY = 700;
/** Of each group that is made from then on; those that decide have no limit. */
const QUEUE_LIMIT = '/proc/sys/fs/fanotify/max_queued_events';

function learning(rules: readonly ProcessRule[], over: Partial<ProcessRuleSet> = {}): ContainerRules {
  return { ...LEARN, process: [{ policy: 'p', enforced: true, onlyFromImage: false, rules, ...over }] };
}

describe.skipIf(missing !== undefined)('Sentinel, of what containers run', () => {
  let container: TestContainer;
  let sentinel: Sentinel;
  /** What was taken so far, by path. */
  let ran: Map<string, CountedProgram[]>;
  let notCounted: number;

  beforeAll(async () => {
    container = await startContainer();
  });
  afterAll(async () => {
    await container?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    [ran, notCounted] = [new Map(), 0];
    sentinel = new Sentinel({ onEvents: () => undefined });
  });
  afterEach(() => sentinel.stop());

  const hold = (rules = LEARN): void => sentinel.watch('shop', { pid: container.pid }, rules);
  const take = (): readonly string[] => {
    for (const { id, programs, notCounted: more } of sentinel.takePrograms()) {
      expect(id).toBe('shop');
      expect(programs.length).toBeLessThanOrEqual(512);
      for (const program of programs) ran.set(program.path, [...(ran.get(program.path) ?? []), program]);
      notCounted += more;
    }
    return [...ran.keys()];
  };
  const expectRun = (path: string): Promise<void> => expect.poll(take, WAIT).toContain(path);
  const countOf = (path: string): number => ran.get(path)?.reduce((sum, { count }) => sum + count, 0) ?? 0;

  it('counts what is run, and asks nothing', async () => {
    hold();
    await container.sh('for i in 1 2 3; do /usr/bin/tool; done; true');
    await container.sh('sleep 0.1');
    await expectRun('/usr/bin/tool');

    expect(countOf('/usr/bin/tool')).toBe(3);
    // One that has ended already has no user that can be told.
    for (const { count: _, user, ...tool } of ran.get('/usr/bin/tool') ?? []) {
      expect([0, undefined]).toContain(user);
      expect(tool).toEqual({ path: '/usr/bin/tool', fromImage: true, verdict: 'allow' });
    }
    expect(ran.get('/bin/busybox')).toContainEqual(expect.objectContaining({ user: 0, fromImage: true }));
    expect(sentinel.counters()).toMatchObject({ asked: 0, errors: 0 });
    expect(sentinel.takePrograms()).toEqual([]);
  });

  it('counts a script and what runs it, and no loader of a program that has one', async () => {
    hold();
    await container.sh('/usr/bin/dynamic; /usr/local/bin/script; /usr/local/bin/echo');
    await expectRun('/usr/local/bin/echo');

    expect([...ran.keys()].toSorted()).toEqual([
      '/bin/busybox',
      '/usr/bin/dynamic',
      '/usr/local/bin/echo',
      '/usr/local/bin/script',
    ]);
    const loader = (await container.sh('echo /lib64/ld-linux*')).output.trim();
    await container.sh(`${loader} /usr/bin/dynamic`);
    await expect.poll(() => take().some((path) => path.includes('ld-linux')), WAIT).toBe(true);
  });

  it('knows what is not of the image, and no name of what lies where none can be told', async () => {
    hold();
    await container.sh('cp /bin/busybox /tmp/sleep; /tmp/sleep 0.1; cp /bin/busybox /data/sleep; /data/sleep 0.1');
    await expectRun('/data/sleep');

    expect(ran.get('/tmp/sleep')).toMatchObject([{ fromImage: false, user: 0 }]);
    expect(ran.get('/data/sleep')).toMatchObject([{ fromImage: false }]);
    await container.sh(
      'unshare -m sh -c "mount -t tmpfs none /tmp; cp /bin/busybox /tmp/late; /bin/busybox sleep 0.3; /tmp/late"',
    );
    await expect.poll(() => take().includes('/tmp/late') || notCounted > 0, WAIT).toBe(true);
  });

  it('counts each program of a loop, also those that have ended before anybody could look', async () => {
    hold();
    const { code } = await container.sh(
      'i=0; while [ $i -lt 300 ]; do /usr/local/bin/echo; i=$((i+1)); done >/dev/null',
    );

    expect(code).toBe(0);
    await expectRun('/usr/local/bin/echo');
    await expect.poll(() => (take(), countOf('/usr/local/bin/echo') + notCounted), WAIT).toBe(300);
  });

  it('keeps no more than it may of many programs, and counts the others', async () => {
    hold();
    await container.sh(
      `mkdir -p /tmp/many; i=0; while [ $i -lt ${MANY} ]; do cp /usr/local/bin/script /tmp/many/$i; /tmp/many/$i; i=$((i+1)); done >/dev/null`,
    );
    await container.sh('/usr/bin/tool true');
    const sum = (): number => {
      const paths = take().filter((path) => path.startsWith('/tmp/many/'));
      return paths.reduce((all, path) => all + countOf(path), notCounted);
    };
    // What ran them may be among those without room too, where its user could not be told any more.
    await expect.poll(sum, WAIT).toBeGreaterThanOrEqual(MANY);

    expect(notCounted).toBeGreaterThan(0);
    await container.sh('/usr/bin/tool');
    await expectRun('/usr/bin/tool');
  });

  it('counts that the kernel left something out where it kept more than it may, and goes on', async () => {
    const before = readFileSync(QUEUE_LIMIT, 'utf8');
    writeFileSync(QUEUE_LIMIT, '1');
    try {
      hold();
    } finally {
      writeFileSync(QUEUE_LIMIT, before);
    }
    await container.sh('i=0; while [ $i -lt 300 ]; do /usr/local/bin/script; i=$((i+1)); done >/dev/null');
    await expect.poll(() => (take(), notCounted), WAIT).toBeGreaterThan(0);

    expect(sentinel.counters()).toMatchObject({ errors: 0 });
    await expect
      .poll(async () => {
        await container.sh('/usr/bin/tool');
        return take();
      }, WAIT)
      .toContain('/usr/bin/tool');
  });

  it('learns from what is asked where rules hold, with what they made of it', async () => {
    const rules: readonly ProcessRule[] = [
      { name: 'tool', action: 'deny', executables: ['*/tool'] },
      { name: 'others', action: 'allow', executables: ['*'], users: [0] },
    ];
    hold(learning(rules));
    const tried = learning([{ name: 'echo', action: 'deny', executables: ['*/echo'] }], { enforced: false });
    await container.sh('/usr/bin/tool true; /usr/bin/dynamic; true');
    await expectRun('/usr/bin/dynamic');

    expect(ran.get('/usr/bin/tool')).toMatchObject([{ verdict: 'block', count: 1, fromImage: true, user: 0 }]);
    expect(ran.get('/usr/bin/dynamic')).toMatchObject([{ verdict: 'allow', count: 1 }]);
    expect(take().filter((path) => path.includes('ld-linux'))).toEqual([]);
    sentinel.setRules('shop', tried);
    await container.sh('/usr/local/bin/echo; true');
    await expectRun('/usr/local/bin/echo');
    expect(ran.get('/usr/local/bin/echo')).toMatchObject([{ verdict: 'alert', count: 1 }]);
  });

  it('learns where only files are asked about', async () => {
    const files = [{ name: 'f', action: 'deny', paths: ['/etc/secret'], access: ['read'] }] as const;
    hold({ ...LEARN, file: [{ policy: 'f', enforced: true, rules: files }] });
    expect(await container.sh('/usr/bin/tool; cat /etc/secret')).toMatchObject({ code: 1 });
    await expectRun('/usr/bin/tool');

    expect(ran.get('/usr/bin/tool')).toMatchObject([{ verdict: 'allow', count: 1 }]);
  });

  it('goes from learning to holding and back, and keeps what was run meanwhile', async () => {
    hold();
    await container.sh('/usr/bin/tool; true');
    await expectRun('/usr/bin/tool');
    sentinel.setRules('shop', learning([{ name: 'tool', action: 'deny', executables: ['*/tool'] }]));
    expect((await container.sh('/usr/bin/tool; exit $?')).code).toBe(126);
    sentinel.setRules('shop', LEARN);
    expect((await container.sh('/usr/bin/tool; exit $?')).code).not.toBe(126);

    await expect.poll(() => (take(), countOf('/usr/bin/tool')), WAIT).toBe(3);
    expect(
      ran
        .get('/usr/bin/tool')
        ?.map(({ verdict }) => verdict)
        .toSorted(),
    ).toEqual(['allow', 'allow', 'block']);
    expect(sentinel.counters()).toMatchObject({ denied: 1, containers: 1 });
    sentinel.setRules('shop', { process: [], file: [] });
    await container.sh('/usr/local/bin/echo');
    expect(take()).not.toContain('/usr/local/bin/echo');
  });

  it('counts what runs already, by whether rules would let it', async () => {
    await container.sh('cp /bin/busybox /data/sleep');
    const sleeper = spawn('nsenter', [
      `--target=${container.pid}`,
      '--mount',
      '--pid',
      `--root=/proc/${container.pid}/root`,
      '/data/sleep',
      '600',
    ]);
    try {
      const pidOf = (): number | undefined => {
        const path = `/proc/${sleeper.pid}/task/${sleeper.pid}/children`;
        return existsSync(path) ? Number(readFileSync(path, 'utf8').trim()) || undefined : undefined;
      };
      await expect.poll(pidOf, WAIT).toBeDefined();
      const pid = pidOf() as number;
      await expect.poll(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), WAIT).toBe('sleep');
      hold();
      sentinel.noteRunning('shop', [pid, container.pid, 2 ** 22 + 1]);
      sentinel.noteRunning('other', [pid]);
      expect(take().toSorted()).toEqual(['/bin/busybox', '/data/sleep']);
      expect(ran.get('/bin/busybox')).toMatchObject([{ fromImage: true, verdict: 'allow' }]);
      expect(ran.get('/data/sleep')).toEqual([
        { path: '/data/sleep', user: 0, fromImage: false, verdict: 'allow', count: 1 },
      ]);

      sentinel.setRules('shop', learning([{ name: 'data', action: 'deny', executables: ['/data/*'] }]));
      sentinel.noteRunning('shop', [pid]);
      take();
      expect(ran.get('/data/sleep')?.at(-1)).toMatchObject({ verdict: 'block' });
    } finally {
      sleeper.kill('SIGKILL');
    }
  });

  it('counts in a container whose root is a folder of the machine, and cannot tell what is of the image', async () => {
    await using plain = await startContainer({ root: 'folder' });
    sentinel.watch('shop', { pid: plain.pid }, LEARN);
    sentinel.noteRunning('shop', [plain.pid]);
    await plain.sh('/usr/bin/tool; /usr/bin/dynamic');
    await expectRun('/usr/bin/dynamic');

    expect([...ran.keys()].toSorted()).toEqual(['/bin/busybox', '/usr/bin/dynamic', '/usr/bin/tool']);
    for (const program of [...ran.values()].flat()) expect(program).not.toHaveProperty('fromImage');
  });

  it('tells what a container ran that has ended and is watched no more', async () => {
    const other = await startContainer();
    try {
      sentinel.watch('shop', { pid: other.pid }, LEARN);
      await other.sh('/usr/bin/tool; true');
    } finally {
      await other[Symbol.asyncDispose]();
    }
    sentinel.remove('shop');

    await expectRun('/usr/bin/tool');
    expect(countOf('/usr/bin/tool')).toBe(1);
    expect(sentinel.counters()).toMatchObject({ containers: 0, errors: 0 });
  });
});
