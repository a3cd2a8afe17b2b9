import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('skipped: the sentinel without its capability: not root\n');

/** Asks twice what is missing, and prints that and what was said. */
const ASK = `
import { NativeSentinel } from ${JSON.stringify(join(import.meta.dirname, 'native-sentinel.ts'))};
const told = [];
const sentinel = new NativeSentinel({ isEnabled: true, onEvents() {}, onMissing: (why) => told.push(why) });
const missing = [sentinel.missing, sentinel.missing];
await sentinel.stop();
console.log(JSON.stringify({ missing, told, counters: sentinel.counters() ?? null }));
`;

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
});
