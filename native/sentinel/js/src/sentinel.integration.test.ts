import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SentinelEvent } from './event.ts';
import type { ContainerRules, FileRule, FileRuleSet, ProcessRule, ProcessRuleSet } from './rules.ts';
import { Sentinel } from './sentinel.ts';
import { missingForContainers, startContainer, type TestContainer } from './testing/container.ts';

const missing = missingForContainers();
if (missing !== undefined) process.stderr.write(`skipped: the tests of the sentinel: ${missing}\n`);

const REFUSED = { code: 126, output: expect.stringContaining('Operation not permitted') };

function programs(rules: readonly ProcessRule[], over: Partial<ProcessRuleSet> = {}): ContainerRules {
  return { process: [{ policy: 'programs', enforced: true, onlyFromImage: false, rules, ...over }], file: [] };
}

function files(rules: readonly FileRule[], over: Partial<FileRuleSet> = {}): ContainerRules {
  return { process: [], file: [{ policy: 'files', enforced: true, rules, ...over }] };
}

const deny = (...executables: readonly string[]): ProcessRule => ({ name: 'deny', action: 'deny', executables });
const allow = (...executables: readonly string[]): ProcessRule => ({ name: 'allow', action: 'allow', executables });
const onlyFromImage = programs([], { onlyFromImage: true });

describe.skipIf(missing !== undefined)('Sentinel', () => {
  let container: TestContainer;
  let sentinel: Sentinel;
  let events: SentinelEvent[];

  beforeAll(async () => {
    container = await startContainer();
  });
  afterAll(async () => {
    await container?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    events = [];
    sentinel = new Sentinel({ onEvents: (batch) => events.push(...batch) });
  });
  afterEach(() => sentinel.stop());

  const hold = (rules: ContainerRules): void => sentinel.watch('shop', { pid: container.pid }, rules);
  /** What was told, once everything was. */
  const told = async (): Promise<readonly SentinelEvent[]> => {
    await sentinel.stop();
    return events;
  };

  describe('programs', () => {
    it('refuses a program that a rule denies, and says which rule', async () => {
      hold(programs([deny('*/tool')]));
      const before = Date.now();

      expect(await container.sh('/usr/bin/tool echo ran; exit $?')).toMatchObject(REFUSED);
      expect(await told()).toEqual([
        {
          kind: 'process',
          id: 'shop',
          verdict: 'block',
          policy: 'programs',
          rule: 'deny',
          path: '/usr/bin/tool',
          executable: '/bin/busybox',
          pid: expect.any(Number),
          uid: 0,
          at: expect.any(Number),
        },
      ]);
      expect(events[0]?.at).toBeGreaterThanOrEqual(before);
      expect(sentinel.counters()).toMatchObject({ denied: 1, alerted: 0, undecided: 0, lost: 0, errors: 0 });
    });

    it('lets what is not enforced happen, and tells of it', async () => {
      hold(programs([deny('*/local/*')], { enforced: false }));

      expect(await container.sh('/usr/local/bin/echo ran')).toEqual({ code: 0, output: 'ran\n' });
      expect(await told()).toMatchObject([{ verdict: 'alert', path: '/usr/local/bin/echo' }]);
    });

    it('lets no set silence another', async () => {
      const allows = programs([allow('*')]).process;
      const watches = programs([deny('*/tool')], { policy: 'watched', enforced: false }).process;
      hold({ process: [...watches, ...allows, ...programs([deny('/usr/bin/*')]).process], file: [] });

      expect(await container.run('/usr/bin/tool')).toMatchObject({ output: expect.stringContaining('not permitted') });
      expect(await told()).toMatchObject([{ verdict: 'block', policy: 'programs' }]);
    });

    it('holds a list of what is allowed, for whose programs the loader needs no rule', async () => {
      hold(programs([allow('/bin/busybox', '/usr/bin/dynamic'), deny('*')]));

      expect(await container.sh('/usr/bin/dynamic && echo ran')).toEqual({ code: 0, output: 'ran\n' });
      expect(await container.sh('/usr/local/bin/echo ran; exit $?')).toMatchObject(REFUSED);
      const loader = (await container.sh('echo /lib64/ld-linux*')).output.trim();
      expect(await container.sh(`${loader} /usr/local/bin/echo ran; exit $?`)).toMatchObject(REFUSED);
      expect(await told()).toMatchObject([{ path: '/usr/local/bin/echo' }, { rule: 'deny' }]);
    });

    it('asks about a script and about what runs it', async () => {
      hold(programs([deny('*/script')]));
      expect(await container.sh('script=/usr/local/bin/script; $script; exit $?')).toMatchObject(REFUSED);

      sentinel.setRules('shop', programs([{ ...deny('/bin/busybox'), parents: ['/bin/busybox'] }]));
      expect(await container.sh('/usr/local/bin/script; exit $?')).toMatchObject({ code: 126 });
      expect(await told()).toMatchObject([{ path: '/usr/local/bin/script' }, { path: '/bin/busybox' }]);
    });

    it.each([
      ['a symbolic link', 'ln -s /usr/bin/tool /tmp/link; /tmp/link true; exit $?'],
      ['an open descriptor', 'exec 9</usr/bin/tool; /proc/self/fd/9 true; exit $?'],
      ['a changed root', 'mkdir -p /tmp/jail; mount --bind / /tmp/jail; chroot /tmp/jail /usr/bin/tool true; exit $?'],
      ['mounts of its own', 'unshare -m /usr/bin/tool true; exit $?'],
      [
        'a bind mount elsewhere',
        'unshare -m sh -c "touch /tmp/at; mount --bind /usr/bin/tool /tmp/at; /tmp/at true"; exit $?',
      ],
      [
        'a bind mount over what is allowed',
        'unshare -m sh -c "mount --bind /usr/bin /usr/local/bin; /usr/local/bin/tool true"; exit $?',
      ],
    ])('knows a program that is reached by %s', async (_name, line) => {
      hold(programs([deny('/usr/bin/tool')]));

      const { code, output } = await container.sh(line);

      expect({ code, output }).toMatchObject({
        code: expect.any(Number),
        output: expect.stringMatching(/not permitted/),
      });
      expect(code).not.toBe(0);
      expect(await told()).toMatchObject([{ path: '/usr/bin/tool', rule: 'deny' }]);
    });

    it('knows who starts a program, and as whom', async () => {
      const rule = { ...deny('/usr/local/bin/echo'), parents: ['/usr/bin/tool'], users: [0] };
      hold(programs([rule]));
      expect(await container.sh('/usr/local/bin/echo by sh')).toEqual({ code: 0, output: 'by sh\n' });
      expect(await container.sh('/bin/sh -c true; /usr/bin/start-memory /bin/busybox sh -c true')).toMatchObject({
        code: 0,
      });

      sentinel.setRules('shop', programs([{ ...rule, parents: ['/bin/*'] }]));
      expect(await container.sh('/usr/local/bin/echo by sh; exit $?')).toMatchObject(REFUSED);

      sentinel.setRules('shop', programs([{ ...rule, parents: ['/bin/*'], users: [1, 1000] }]));
      expect(await container.sh('/usr/local/bin/echo by root')).toEqual({ code: 0, output: 'by root\n' });
    });

    it('tells of a program that is started in a loop once', async () => {
      hold(programs([deny('*/tool')]));

      await container.sh(
        'for i in $(yes | head -n 40); do /usr/bin/tool 2>/dev/null; done; for i in 1 2 3 4 5 6 7 8 9; do /usr/bin/tool; done',
      );

      expect(await told()).toHaveLength(1);
      const { denied, repeated } = sentinel.counters();
      expect(denied).toBeGreaterThanOrEqual(9);
      expect(repeated).toBe(denied - 1);
    });

    it('leaves room for others when a container starts many different programs', async () => {
      hold(programs([deny('/tmp/many/*')]));
      const lines =
        'mkdir -p /tmp/many; i=0; while [ $i -lt 1500 ]; do cp /usr/local/bin/script /tmp/many/$i; /tmp/many/$i; i=$((i+1)); done 2>/dev/null';

      await container.sh(lines);

      const count = (await told()).length;
      const { denied, lost, repeated } = sentinel.counters();
      expect(denied).toBe(1500);
      expect(count + lost + repeated).toBe(1500);
      expect(count).toBeGreaterThanOrEqual(1000);
    });
  });

  describe('only programs from the image', () => {
    beforeEach(() => hold(onlyFromImage));

    it.each([
      ['a static program', '/usr/local/bin/echo ran'],
      ['a program with a loader', '/usr/bin/dynamic && echo ran'],
      ['a script', '/usr/local/bin/script && echo ran'],
      ['a program behind a descriptor', 'exec 9</usr/bin/dynamic; /proc/self/fd/9 && echo ran'],
      ['a program in mounts of its own', 'unshare -m /usr/local/bin/echo ran'],
    ])('runs %s of any layer', async (_name, line) => {
      expect(await container.sh(line)).toMatchObject({ code: 0, output: expect.stringContaining('ran') });
      expect(await told()).toEqual([]);
    });

    it.each([
      ['a copy', 'cp /bin/busybox /tmp/copy; /tmp/copy echo ran; exit $?'],
      [
        'a copy in the place of a program',
        'cp /bin/busybox /tmp/new; mv /tmp/new /usr/bin/replaced; /usr/bin/replaced echo ran; exit $?',
      ],
      [
        'a program that was moved',
        'cp -p /usr/bin/tool /usr/bin/moving; mv /usr/bin/moving /usr/bin/moved; /usr/bin/moved echo ran; exit $?',
      ],
      ['a hard link to a program of the image', 'ln /usr/bin/tool /tmp/hard; /tmp/hard echo ran; exit $?'],
      ['a link to a copy', 'cp /bin/busybox /tmp/copy; ln -sf /tmp/copy /tmp/link; /tmp/link echo ran; exit $?'],
      ['a program of a volume', 'cp /bin/busybox /data/copy; /data/copy echo ran; exit $?'],
      [
        'a program of a volume in mounts of its own',
        'cp /bin/busybox /data/copy; unshare -m sh -c "/data/copy echo ran"; exit $?',
      ],
      [
        'a script that was written',
        'echo "#!/bin/sh" >/tmp/script; echo "echo ran" >>/tmp/script; chmod +x /tmp/script; /tmp/script; exit $?',
      ],
      [
        'a program whose file is gone',
        'cp /bin/busybox /tmp/gone; exec 9</tmp/gone; rm /tmp/gone; /proc/self/fd/9 echo ran; exit $?',
      ],
      [
        'a program over which a volume was bound',
        'unshare -m sh -c "cp /bin/busybox /data/bound; mount --bind /data/bound /usr/bin/dynamic; /usr/local/bin/echo; /usr/bin/dynamic echo ran"; exit $?',
      ],
      [
        'a program of a file system that was mounted over a volume',
        'unshare -m sh -c "mkdir /tmp/over; mount --bind /data /tmp/over; mount -t tmpfs none /tmp/over; cp /bin/busybox /tmp/over/top; /usr/local/bin/echo; /tmp/over/top echo ran"; exit $?',
      ],
      [
        'a program of a volume from which another was taken away',
        'cp /bin/busybox /data/below; unshare -m sh -c "mkdir /tmp/under; mount --bind /data /tmp/under; mount -t tmpfs none /tmp/under; /usr/local/bin/echo; umount /tmp/under; /tmp/under/below echo ran"; exit $?',
      ],
      [
        'a program of a file system that was mounted later',
        'unshare -m sh -c "mount -t tmpfs none /tmp; cp /bin/busybox /tmp/late; /usr/local/bin/echo; /tmp/late echo ran"; exit $?',
      ],
    ])('refuses %s', async (_name, line) => {
      const { code, output } = await container.sh(line);

      expect(output).not.toContain('ran\n');
      expect(output).toContain('not permitted');
      expect(code).toBe(126);
      expect(await told()).toMatchObject([{ kind: 'process', verdict: 'block', policy: 'programs' }]);
      expect(events[0]).not.toHaveProperty('rule');
    });

    it('refuses a program in memory that has a loader; one without is not seen', async () => {
      expect(await container.run('/usr/bin/start-memory', '/usr/bin/dynamic', 'dynamic')).toMatchObject(REFUSED);
      expect(await container.run('/usr/bin/start-memory', '/bin/busybox', 'echo', 'ran')).toEqual({
        code: 0,
        output: 'ran\n',
      });
    });

    it('refuses what a loader is told to run', async () => {
      const loader = (await container.sh('echo /lib64/ld-linux*')).output.trim();
      expect(await container.sh(`cp /usr/bin/dynamic /tmp/loaded; ${loader} /tmp/loaded; exit $?`)).toMatchObject(
        REFUSED,
      );
    });

    it('leaves to a rule what it says of other programs', async () => {
      sentinel.setRules('shop', programs([allow('/data/tools/*')], { onlyFromImage: true }));

      const line = 'mkdir -p /data/tools; cp /bin/busybox /data/tools/busybox; /data/tools/busybox echo ran';
      expect(await container.sh(line)).toEqual({ code: 0, output: 'ran\n' });
    });
  });

  it('finds the layers of an image where only who runs the container sees them', async () => {
    await using hidden = await startContainer({ isHidden: true });
    sentinel.watch('hidden', { pid: hidden.pid }, onlyFromImage);

    expect(await hidden.sh('/usr/local/bin/echo ran')).toEqual({ code: 0, output: 'ran\n' });
    expect(await hidden.sh('cp /bin/busybox /tmp/copy; /tmp/copy echo ran; exit $?')).toMatchObject(REFUSED);
  });

  it('looks for them in no mounts of a container', async () => {
    await using hidden = await startContainer({ isHidden: true });
    const layers = join(hidden.volume, '../hidden');
    await hidden.sh(`mkdir -p ${layers}/top ${layers}/base ${layers}/upper`);
    // A process that is not the container's first: its parent is one of the container, and shows these folders as layers.
    await hidden.sh('sleep 86400 >/dev/null 2>&1 &');
    const sleeper = readFileSync(`/proc/${hidden.pid}/task/${hidden.pid}/children`, 'utf8').trim();

    expect(() => sentinel.watch('hidden', { pid: Number(sleeper) }, onlyFromImage)).toThrow(
      expect.objectContaining({ code: 'IMAGE_UNKNOWN' }),
    );
  });

  it('cannot be raced by renames: nothing that was written ever runs', async () => {
    hold(onlyFromImage);
    const line = `mkdir -p /tmp/a; cp /usr/local/bin/echo /tmp/a/echo
      (i=0; while [ $i -lt 400 ]; do mv /tmp/a /tmp/b; mv /tmp/b /tmp/a; i=$((i+1)); done) &
      i=0; while [ $i -lt 200 ]; do /tmp/a/echo ran; /tmp/b/echo ran; i=$((i+1)); done 2>/dev/null; wait`;

    expect((await container.sh(line)).output).not.toContain('ran');
    expect(sentinel.counters().denied).toBeGreaterThan(0);
  });

  describe('files', () => {
    const secret = (access: FileRule['access'], over: Partial<FileRule> = {}): ContainerRules =>
      files([{ name: 'secret', action: 'deny', paths: ['/etc/secret'], access, ...over }]);

    it('refuses to read and lets write', async () => {
      hold(secret(['read']));

      expect(await container.sh('cat /etc/secret; exit $?')).toMatchObject({ code: 1 });
      expect(await container.sh('echo more >>/etc/secret')).toEqual({ code: 0, output: '' });
      expect(await told()).toMatchObject([
        {
          kind: 'file',
          verdict: 'block',
          policy: 'files',
          rule: 'secret',
          path: '/etc/secret',
          access: 'read',
          executable: '/bin/busybox',
        },
      ]);
    });

    it('refuses to write and lets read', async () => {
      hold(secret(['write']));

      expect((await container.sh('echo x >/etc/secret; exit $?')).code).not.toBe(0);
      expect((await container.sh('echo x >>/etc/secret; exit $?')).code).not.toBe(0);
      expect(await container.sh('cat /etc/secret')).toMatchObject({
        code: 0,
        output: expect.stringContaining('secret'),
      });
      expect(await told()).toMatchObject([{ access: 'write' }]);
    });

    it('counts an open for both as either', async () => {
      hold(secret(['write']));
      expect((await container.sh('cat <>/etc/secret; exit $?')).code).not.toBe(0);
      sentinel.setRules('shop', secret(['read']));
      expect((await container.sh('echo x 1<>/etc/secret; exit $?')).code).not.toBe(0);
    });

    it.each(['openat2', 'io_uring'])('counts an open by %s, which hides how it opens, as either', async (how) => {
      hold(files([]));
      const open = `/usr/bin/open-otherwise ${how} /etc/secret; exit $?`;
      for (const access of ['read', 'write'] as const) {
        sentinel.setRules('shop', secret([access]));
        expect(await container.sh(open)).toEqual({ code: 1, output: 'Operation not permitted\n' });
      }
      sentinel.setRules('shop', secret(['execute']));
      expect(await container.sh(open)).toEqual({ code: 0, output: 'opened\n' });
      expect(await told()).toMatchObject([
        { access: 'read', executable: '/usr/bin/open-otherwise' },
        { access: 'write', executable: '/usr/bin/open-otherwise' },
      ]);
    });

    it('refuses to start a program by a rule about files', async () => {
      hold(files([{ name: 'tools', action: 'deny', paths: ['/usr/bin/*'], access: ['execute'] }]));

      expect(await container.sh('/usr/bin/tool true; exit $?')).toMatchObject(REFUSED);
      expect(await container.sh('head -c 4 /usr/bin/tool | wc -c')).toMatchObject({ output: '4\n' });
      expect(await told()).toMatchObject([{ kind: 'file', access: 'execute', path: '/usr/bin/tool' }]);
    });

    it('knows the program that asks', async () => {
      hold(secret(['read'], { executables: ['/usr/local/*'] }));
      expect(await container.sh('cat /etc/secret')).toMatchObject({ code: 0 });
      sentinel.setRules('shop', secret(['read'], { executables: ['/bin/busybox'] }));
      expect(await container.sh('cat /etc/secret; exit $?')).toMatchObject({ code: 1 });
    });

    it('knows the program that asks by its place in the file system, whatever lies over another', async () => {
      const own: FileRule = {
        name: 'own',
        action: 'allow',
        paths: ['/etc/secret'],
        access: ['read'],
        executables: ['/app/cat'],
      };
      hold(files([own, { ...own, name: 'others', action: 'deny', executables: ['*'] }]));
      const over = 'mount --bind /bin/busybox /app/cat; /app/cat /etc/secret';
      const later = 'mount -t tmpfs none /app; cp /bin/busybox /app/cat; /app/cat /etc/secret';
      const inside = `mount --bind /tmp/moved /tmp/moved; mount --bind /etc /tmp/moved/etc
        cd /tmp/moved; pivot_root . old; /app/cat /etc/secret`;

      expect(await container.sh('mkdir /app; cp /bin/busybox /app/cat; /app/cat /etc/secret')).toMatchObject({
        code: 0,
      });
      expect(await container.sh(`unshare -m sh -c "${over}"; exit $?`)).toMatchObject({ code: 1 });
      expect(await container.sh(`unshare -m sh -c "${later}"; exit $?`)).toMatchObject({ code: 1 });
      await container.sh('mkdir -p /tmp/moved/app /tmp/moved/etc /tmp/moved/old; cp /bin/busybox /tmp/moved/app/cat');
      expect(await container.sh(`unshare -m sh -c "${inside}"; exit $?`)).toMatchObject({ code: 1 });
      expect((await told()).map(({ rule, executable }) => `${rule} ${executable}`)).toEqual([
        'others /bin/busybox',
        'others /app/cat',
        'others /tmp/moved/app/cat',
      ]);
    });

    it('asks about volumes by the name that the container has for them, also in mounts of its own', async () => {
      writeFileSync(join(container.volume, 'key'), 'key\n');
      hold(files([{ name: 'keys', action: 'deny', paths: ['/data/*'], access: ['read'] }]));

      expect(await container.sh('cat /data/key; exit $?')).toMatchObject({ code: 1 });
      expect(await container.sh('unshare -m sh -c "mount --bind /data /tmp; cat /tmp/key"; exit $?')).toMatchObject({
        code: 1,
      });
      expect(await told()).toMatchObject([{ path: '/data/key' }]);
    });

    it('never asks the machine about its own opens of the same files', async () => {
      writeFileSync(join(container.volume, 'key'), 'key\n');
      hold(files([{ name: 'all', action: 'deny', paths: ['*'], access: ['read', 'write', 'execute'] }]));

      expect(readFileSync(join(container.volume, 'key'), 'utf8')).toBe('key\n');
      expect(readFileSync(`/proc/${container.pid}/root/etc/secret`, 'utf8')).toContain('secret');
      expect(await told()).toEqual([]);
    });
  });

  it('waits for no file system that does not answer, and for none that lies over one', async () => {
    hold({
      process: onlyFromImage.process,
      file: files([{ name: 'a', action: 'deny', paths: ['/a'], access: ['read'] }]).file,
    });
    const before = sentinel.counters().unwatchedMounts;
    // What it does not answer waits until it ends, with all that it was asked.
    const line = `mkdir -p /tmp/silent /tmp/over; /usr/bin/mount-silent /tmp/silent & silent=$!
      until grep -q silent /proc/self/mountinfo; do sleep 0.05; done
      mount -t overlay -o lowerdir=/tmp/silent:/data none /tmp/over || exit 1
      for at in silent over; do /tmp/$at/program & cat /tmp/$at/file & done; sleep 0.3
      /usr/local/bin/echo ran; cp /bin/busybox /tmp/brought; /tmp/brought true; echo "code $?"
      kill -9 $silent; wait`;

    const { output } = await container.sh(line);

    expect(output).toContain('ran\n');
    expect(output).toContain('code 126');
    expect(sentinel.counters().unwatchedMounts).toBe(before + 2);
  });

  it('holds a container whose root is a folder of the machine to all rules but those about the image', async () => {
    await using plain = await startContainer({ root: 'folder' });
    const watch = (rules: ContainerRules) => (): void => sentinel.watch('plain', { pid: plain.pid }, rules);

    expect(watch(onlyFromImage)).toThrow(expect.objectContaining({ code: 'IMAGE_UNKNOWN' }));
    watch(programs([deny('/usr/bin/tool')]))();
    expect(() => sentinel.setRules('plain', onlyFromImage)).toThrow(expect.objectContaining({ code: 'IMAGE_UNKNOWN' }));

    expect(await plain.sh('/usr/bin/tool true; exit $?')).toMatchObject(REFUSED);
    expect(await plain.sh('/usr/local/bin/echo ran')).toEqual({ code: 0, output: 'ran\n' });
    expect(await told()).toMatchObject([{ id: 'plain', path: '/usr/bin/tool' }]);
  });

  it('tells containers apart', async () => {
    await using other = await startContainer();
    hold(programs([deny('/usr/bin/tool')]));
    sentinel.watch('other', { pid: other.pid }, programs([deny('/usr/local/bin/echo')], { policy: 'others' }));

    expect(await container.sh('/usr/local/bin/echo ran')).toEqual({ code: 0, output: 'ran\n' });
    expect(await other.sh('/usr/local/bin/echo ran; exit $?')).toMatchObject(REFUSED);
    expect(await other.sh('/usr/bin/tool true; exit $?')).not.toMatchObject(REFUSED);
    expect(await container.sh('/usr/bin/tool true; exit $?')).toMatchObject(REFUSED);
    expect(await told()).toMatchObject([
      { id: 'other', policy: 'others' },
      { id: 'shop', policy: 'programs' },
    ]);
  });

  describe('its life', () => {
    it('holds to new rules from the next question on', async () => {
      hold(programs([]));
      expect(await container.sh('/usr/local/bin/echo ran')).toMatchObject({ code: 0 });
      expect(sentinel.counters().asked).toBe(0);

      sentinel.setRules('shop', programs([deny('/usr/local/*')]));
      expect(await container.sh('/usr/local/bin/echo ran; exit $?')).toMatchObject(REFUSED);

      sentinel.setRules('shop', { process: [], file: [] });
      const { asked } = sentinel.counters();
      expect(await container.sh('/usr/local/bin/echo ran')).toMatchObject({ code: 0 });
      expect(sentinel.counters().asked).toBe(asked);
    });

    it('lets everything happen once a container is removed, and watches it again', async () => {
      hold(programs([deny('/usr/local/*')]));
      sentinel.remove('shop');
      sentinel.remove('shop');
      expect(await container.sh('/usr/local/bin/echo ran')).toMatchObject({ code: 0 });

      hold(programs([deny('/usr/local/*')]));
      expect(await container.sh('/usr/local/bin/echo ran; exit $?')).toMatchObject(REFUSED);
      expect(sentinel.counters().containers).toBe(1);
    });

    it('says why a container cannot be watched', async () => {
      hold(programs([]));
      const watch = (id: string, pid: number) => (): void => sentinel.watch(id, { pid }, onlyFromImage);

      expect(watch('shop', container.pid)).toThrow(expect.objectContaining({ code: 'DUPLICATE_CONTAINER' }));
      expect(watch('own', process.pid)).toThrow(expect.objectContaining({ code: 'NOT_A_CONTAINER' }));
      expect(watch('gone', 4_194_304)).toThrow(expect.objectContaining({ code: 'CONTAINER_GONE' }));
      expect(() => sentinel.setRules('other', onlyFromImage)).toThrow(
        expect.objectContaining({ name: 'SentinelError', code: 'UNKNOWN_CONTAINER' }),
      );
      await sentinel.stop();
      expect(watch('late', container.pid)).toThrow(expect.objectContaining({ code: 'STOPPED' }));
    });

    it('lets go of a container that ends', async () => {
      await using short = await startContainer();
      sentinel.watch('short', { pid: short.pid }, onlyFromImage);
      expect(await short.sh('cp /bin/busybox /tmp/x; /tmp/x true; exit $?')).toMatchObject(REFUSED);
      await short[Symbol.asyncDispose]();

      expect(existsSync(short.volume)).toBe(false);
      expect(() =>
        sentinel.setRules('short', files([{ name: 'a', action: 'deny', paths: ['*'], access: ['read'] }])),
      ).toThrow(expect.objectContaining({ code: 'CONTAINER_GONE' }));
      sentinel.remove('short');
      expect(sentinel.counters().containers).toBe(0);
    });
  });
});
