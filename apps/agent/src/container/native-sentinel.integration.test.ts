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
  it('says once why nothing can be enforced where it lacks a capability, and has nothing to stop', () => {
    const program = [process.execPath, '--input-type=module', '-e', ASK];
    const { stdout, stderr } = spawnSync('setpriv', ['--bounding-set=-sys_admin', ...program], { encoding: 'utf8' });
    const said = JSON.parse(stdout || JSON.stringify(stderr)) as { missing: string[]; told: string[] };

    expect(said).toMatchObject({ told: [expect.stringContaining('CAP_SYS_ADMIN')], counters: null });
    expect(said.missing).toEqual([said.told[0], said.told[0]]);
  });
});
