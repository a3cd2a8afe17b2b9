import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CountedFile } from './file.ts';
import type { ContainerRules, FileRule, FileRuleSet } from './rules.ts';
import { Sentinel } from './sentinel.ts';
import { missingForContainers, startContainer, type TestContainer } from './testing/container.ts';

const missing = missingForContainers();
if (missing !== undefined) process.stderr.write(`skipped: the tests of what containers write: ${missing}\n`);

const LEARN: ContainerRules = { process: [], file: [], learn: { files: true } };
const WAIT = { timeout: 10_000, interval: 20 };
const MANY = 700;
/** Of each group that is made from then on; those that decide have no limit. */
const QUEUE_LIMIT = '/proc/sys/fs/fanotify/max_queued_events';

function learning(rules: readonly FileRule[], over: Partial<FileRuleSet> = {}): ContainerRules {
  return { ...LEARN, file: [{ policy: 'p', enforced: true, rules, ...over }] };
}

describe.skipIf(missing !== undefined)('Sentinel, of what containers write', () => {
  let container: TestContainer;
  let sentinel: Sentinel;
  /** What was taken so far, by path. */
  let written: Map<string, CountedFile[]>;
  let notCounted: number;

  beforeAll(async () => {
    container = await startContainer();
  });
  afterAll(async () => {
    await container?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    [written, notCounted] = [new Map(), 0];
    sentinel = new Sentinel({ onEvents: () => undefined });
  });
  afterEach(() => sentinel.stop());

  const hold = (rules = LEARN): void => sentinel.watch('shop', { pid: container.pid }, rules);
  const take = (): readonly string[] => {
    for (const { id, files, notCounted: more } of sentinel.takeFiles()) {
      expect(id).toBe('shop');
      expect(files.length).toBeLessThanOrEqual(512);
      for (const file of files) written.set(file.path, [...(written.get(file.path) ?? []), file]);
      notCounted += more;
    }
    return [...written.keys()];
  };
  const expectWritten = (path: string): Promise<void> => expect.poll(take, WAIT).toContain(path);
  const countOf = (path: string): number => written.get(path)?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  /** Processes of the container, by what the machine calls them. */
  const processes = (): readonly number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);

  it('counts what is written, by whom, and asks nothing', async () => {
    hold();
    await container.sh(
      'for i in 1 2 3; do (echo $i >>/tmp/log; sleep 0.1); done; cat /etc/secret; echo x >/data/of-volume; sleep 0.2',
    );
    await expectWritten('/data/of-volume');

    expect(written.get('/tmp/log')).toEqual([
      { path: '/tmp/log', executable: '/bin/busybox', verdict: 'allow', count: 3 },
    ]);
    expect(written.get('/data/of-volume')).toMatchObject([{ executable: '/bin/busybox', count: 1 }]);
    expect([...written.keys()].toSorted()).toEqual(['/data/of-volume', '/tmp/log']);
    expect(notCounted).toBe(0);
    expect(sentinel.counters()).toMatchObject({ asked: 0, errors: 0 });
    expect(sentinel.takeFiles()).toEqual([]);
    expect(sentinel.takePrograms()).toEqual([]);
  });

  it('counts programs and files beside each other', async () => {
    hold({ ...LEARN, learn: { programs: true, files: true } });
    await container.sh('/usr/bin/tool echo 1 >/tmp/both; sleep 0.1');
    await expectWritten('/tmp/both');

    await expect
      .poll(() => sentinel.takePrograms().flatMap(({ programs }) => programs.map(({ path }) => path)), WAIT)
      .toContain('/usr/bin/tool');
  });

  it('tells nothing of what others write to a volume of the container, and of each what it wrote', async () => {
    hold();
    writeFileSync(join(container.volume, 'from-outside'), 'x');
    await container.sh('echo x >/data/from-inside; sleep 0.1');
    await expectWritten('/data/from-inside');

    expect(take()).not.toContain('/data/from-outside');
  });

  it('tells no devices, no pipes and nothing of /proc, however often they are written', async () => {
    hold();
    const fifo =
      'mkfifo=; /bin/busybox mkfifo /tmp/pipe; (cat /tmp/pipe >/tmp/read &); echo through >/tmp/pipe; sleep 0.2';
    const { output } = await container.sh(
      `i=0; while [ $i -lt 200 ]; do echo >/dev/null; i=$((i+1)); done; echo 0 >/proc/self/oom_score_adj; ${fifo}; cat /tmp/read`,
    );
    expect(output).toBe('through\n');
    await expectWritten('/tmp/read');

    expect(take()).toEqual(['/tmp/read']);
    expect(notCounted).toBe(0);
  });

  it("is in nobody's way who mounts something, writes to it and unmounts it again", async () => {
    hold();
    const round = (mount: string): string => `${mount} /old && echo x >/old/file && umount /old || exit 1`;
    const rounds = [
      round('mount -t tmpfs none'),
      round('mount --bind /tmp'),
      `unshare -m sh -c '${round('mount --bind /etc')}'`,
    ];
    const { code, output } = await container.sh(
      `i=0; while [ $i -lt 50 ]; do ${rounds.join('; ')}; i=$((i+1)); done; echo x >/tmp/end`,
    );

    expect([code, output]).toEqual([0, '']);
    await expectWritten('/tmp/end');
    expect(take()).toEqual(['/tmp/end']);
  });

  it('tells a file by any name that it has', async () => {
    hold();
    await container.sh(
      "printf x >'/tmp/two\nlines'; printf x >/tmp/gone; rm /tmp/gone; printf x >'/tmp/a*b'; sleep 0.1",
    );
    await expectWritten('/tmp/a*b');

    expect(take().toSorted()).toEqual(['/tmp/a*b', '/tmp/gone', '/tmp/two\nlines']);
  });

  it('tells a file by the name that it was written by, also where it has but another one by now', async () => {
    hold();
    await container.sh('exec 3>/tmp/first; echo x >&3; ln /tmp/first /tmp/second; rm /tmp/first; exec 3>&-; sleep 0.1');
    await expectWritten('/tmp/first');

    expect(take()).toEqual(['/tmp/first']);
  });

  it('looks at nothing where devices are, which would notice that they are opened', async () => {
    await using other = await startContainer();
    await other.sh('mount -t tmpfs none /dev; mkdir /dev/shm; mount -t tmpfs none /dev/shm');
    sentinel.watch('shop', { pid: other.pid }, LEARN);
    await other.sh('echo x >/dev/plain; echo x >/dev/shm/memory; sleep 0.1');
    await expectWritten('/dev/shm/memory');

    expect(take()).toEqual(['/dev/shm/memory']);
    expect(notCounted).toBe(0);
  });

  it('sums what is written under names without end by its folder, and still tells what else is written', async () => {
    hold();
    await container.sh(`mkdir /tmp/many; i=0; while [ $i -lt ${MANY} ]; do echo >/tmp/many/$i; i=$((i+1)); done`);
    await container.sh('echo x >/data/beside; sleep 0.1');
    await expectWritten('/data/beside');

    const all = (): number => take().reduce((sum, path) => sum + (path.startsWith('/tmp/many') ? countOf(path) : 0), 0);
    await expect.poll(all, WAIT).toBe(MANY);
    expect(written.get('/tmp/many')).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: '/tmp/many', folder: true, verdict: 'allow' })]),
    );
    expect(written.size).toBe(34);
    expect(notCounted).toBe(0);
  });

  it('sees what is open to be written, and may be for months', async () => {
    const holds = 'exec 3>>/data/server.log 4</etc/secret 5>/dev/null; echo open; exec sleep 86400';
    const place = [`--target=${container.pid}`, '--mount', '--pid', `--root=/proc/${container.pid}/root`];
    const tail = spawn('nsenter', [...place, '/bin/sh', '-c', holds]);
    try {
      await new Promise((resolve) => tail.stdout.once('data', resolve));
      hold();
      expect(take()).toEqual([]);
      sentinel.noteOpen('shop', processes());
      sentinel.noteOpen('other', processes());
      take();
    } finally {
      tail.kill();
    }

    expect([...written.values()]).toEqual([
      [{ path: '/data/server.log', executable: '/bin/busybox', verdict: 'allow', count: 1 }],
    ]);
  });

  it('tells what rules make of it where they ask, by the name that was opened', async () => {
    hold(
      learning([
        { name: 'new', action: 'allow', paths: ['/tmp/new.*'], access: ['write'] },
        { name: 'none', action: 'deny', paths: ['/tmp/no*'], access: ['write'] },
        { name: 'reads', action: 'deny', paths: ['/etc/secret'], access: ['read'] },
      ]),
    );
    await container.sh(
      'echo x >/tmp/new.tmp; mv /tmp/new.tmp /tmp/new; echo x >/tmp/no; cat /etc/secret; echo x >/data/end; sleep 0.1',
    );
    await expectWritten('/data/end');

    expect(written.get('/tmp/new.tmp')).toMatchObject([{ verdict: 'allow', executable: '/bin/busybox', count: 1 }]);
    expect(written.get('/tmp/no')).toMatchObject([{ verdict: 'block', executable: '/bin/busybox', count: 1 }]);
    // By the new name besides, of which the rules do not speak, where it was renamed before the kernel's word was read.
    const names = [...written.keys()].filter((path) => path !== '/tmp/new');
    expect(names.toSorted()).toEqual(['/data/end', '/tmp/new.tmp', '/tmp/no']);
    sentinel.setRules(
      'shop',
      learning([{ name: 'all', action: 'deny', paths: ['*'], access: ['write'] }], { enforced: false }),
    );
    await container.sh('echo x >/tmp/tried');
    await expectWritten('/tmp/tried');
    expect(written.get('/tmp/tried')).toMatchObject([{ verdict: 'alert', count: 1 }]);
  });

  it('counts each file while rules that ask about others come and go', async () => {
    const asking = learning([{ name: 'secret', action: 'deny', paths: ['/etc/secret'], access: ['read'] }]);
    hold();
    for (let round = 0; round < 20; round += 1) {
      await container.sh(`echo x >/tmp/round-${round}; sleep 0.02`);
      await expectWritten(`/tmp/round-${round}`);
      sentinel.setRules('shop', round % 2 === 0 ? asking : LEARN);
    }

    // A group that takes the place of another may be told as well.
    for (let round = 0; round < 20; round += 1) expect([1, 2]).toContain(countOf(`/tmp/round-${round}`));
    expect(sentinel.counters().errors).toBe(0);
  });

  it('counts what rules speak of once, and what they do not speak of once', async () => {
    hold(learning([{ name: 'logs', action: 'allow', paths: ['*.log'], access: ['write'] }]));
    await container.sh('for i in 1 2 3; do (echo x >>/tmp/own.log; echo x >>/data/other); done; sleep 0.1');
    await expectWritten('/data/other');

    expect(countOf('/tmp/own.log')).toBe(3);
    await expect.poll(() => (take(), countOf('/data/other')), WAIT).toBe(3);
  });

  it('tells what a container wrote that has been let go, or has ended, since', async () => {
    hold();
    await container.sh('echo x >/tmp/last');
    sentinel.remove('shop');
    await expectWritten('/tmp/last');
    expect(sentinel.takeFiles()).toEqual([]);

    const other = await startContainer();
    sentinel.watch('shop', { pid: other.pid }, LEARN);
    await other.sh('echo x >/tmp/at-end');
    await other[Symbol.asyncDispose]();
    await expectWritten('/tmp/at-end');
  });

  it('says that there was more, where a container writes faster than is looked at', async () => {
    const before = readFileSync(QUEUE_LIMIT, 'utf8');
    writeFileSync(QUEUE_LIMIT, '2');
    try {
      hold();
    } finally {
      writeFileSync(QUEUE_LIMIT, before);
    }
    expect((await container.run('/usr/bin/use-files', 'write', '/tmp/fast', '20000')).code).toBe(0);
    await expect.poll(() => (take(), notCounted), WAIT).toBeGreaterThan(0);

    expect(sentinel.counters()).toMatchObject({ errors: 0 });
    await expect
      .poll(
        async () => {
          await container.sh('echo x >/data/after');
          return take();
          // What was spent on the others is to be made up for first.
        },
        { ...WAIT, timeout: 30_000 },
      )
      .toContain('/data/after');
  });

  it('keeps a container that is held from waiting for what is written beside it', async () => {
    const other = await startContainer();
    hold(learning([{ name: 'secret', action: 'deny', paths: ['/etc/secret'], access: ['read'] }]));
    sentinel.watch('writer', { pid: other.pid }, LEARN);
    const writing = other.run('/usr/bin/use-files', 'write', '/tmp/fast', '10000');
    for (let asked = 0; asked < 20; asked += 1) expect((await container.sh('cat /etc/secret')).code).not.toBe(0);
    expect((await writing).code).toBe(0);
    await other[Symbol.asyncDispose]();
    await sentinel.stop();
  });
});
