import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { NativeSentinel } from './native-sentinel.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('skipped: the sentinel without its capability: not root\n');

/** Asks twice what is missing, and prints that and what was said. */
const ASK = `
import { NativeSentinel } from ${JSON.stringify(join(import.meta.dirname, 'native-sentinel.ts'))};
const told = [];
const sentinel = new NativeSentinel({ isEnabled: true, onEvents() {}, onMissing: (why) => told.push(why), onLimitRaised() {} });
const missing = [sentinel.missing, sentinel.missing];
await sentinel.stop();
console.log(JSON.stringify({ missing, told, counters: sentinel.counters() ?? null }));
`;

const GROUPS = '/proc/sys/fs/fanotify/max_user_groups';
const MANY = 150;
const WAIT = { timeout: 60_000 };
const NO_TRUE = {
  process: [
    {
      policy: 'p',
      enforced: true,
      onlyFromImage: false,
      rules: [{ name: 'true', action: 'deny' as const, executables: ['*/true'] }],
    },
  ],
  file: [],
};

describe.skipIf(!isRoot)('NativeSentinel', () => {
  it.each([
    ['-sys_admin', 'CAP_SYS_ADMIN'],
    ['-sys_ptrace', 'CAP_SYS_PTRACE'],
    ['-dac_read_search,-dac_override', 'CAP_DAC_READ_SEARCH'],
  ])('says once what it lacks where nothing can be enforced (%s), and has nothing to stop', (without, capability) => {
    const program = [process.execPath, '--input-type=module', '-e', ASK];
    const { stdout, stderr } = spawnSync('setpriv', [`--bounding-set=${without}`, ...program], { encoding: 'utf8' });
    const said = JSON.parse(stdout || JSON.stringify(stderr)) as { missing: string[]; told: string[] };

    expect(said).toMatchObject({ told: [expect.stringContaining(`run with ${capability}, to `)], counters: null });
    expect(said.missing).toEqual([said.told[0], said.told[0]]);
  });

  it('lacks nothing with either of the capabilities that find files', () => {
    const program = [process.execPath, '--input-type=module', '-e', ASK];
    for (const without of ['-dac_read_search', '-dac_override']) {
      const { stdout } = spawnSync('setpriv', [`--bounding-set=${without}`, ...program], { encoding: 'utf8' });
      expect(JSON.parse(stdout)).toMatchObject({ told: [] });
    }
  });

  it('holds more containers than the kernel has groups for, as it is set up', async () => {
    const before = readFileSync(GROUPS, 'utf8').trim();
    writeFileSync(GROUPS, '128');
    const starts = `i=0; while [ $i -lt ${MANY} ]; do unshare --mount sleep 86400 & echo $!; i=$((i+1)); done; wait`;
    const starter = spawn('sh', ['-c', starts], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pids: number[] = [];
    const raised: number[][] = [];
    const sentinel = new NativeSentinel({
      isEnabled: true,
      onEvents: () => undefined,
      onMissing: () => undefined,
      onLimitRaised: (...limits) => raised.push(limits),
    });
    try {
      for await (const line of createInterface({ input: starter.stdout })) if (pids.push(Number(line)) === MANY) break;
      const own = readlinkSync('/proc/self/ns/mnt');
      await expect.poll(() => pids.filter((pid) => readlinkSync(`/proc/${pid}/ns/mnt`) === own), WAIT).toEqual([]);
      expect(sentinel.missing).toBeUndefined();
      for (const pid of pids) sentinel.watch(String(pid), { pid }, NO_TRUE);

      expect(raised).toEqual([[128, 4_096]]);
      expect(sentinel.counters()).toMatchObject({ containers: MANY });
      for (const pid of [pids[0], pids[MANY - 1]]) {
        const { stderr } = spawnSync('nsenter', [`--target=${pid}`, '--mount', 'true'], { encoding: 'utf8' });
        expect(stderr).toContain('Operation not permitted');
      }
    } finally {
      await sentinel.stop();
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      starter.kill('SIGKILL');
      writeFileSync(GROUPS, before);
    }
  });
});
