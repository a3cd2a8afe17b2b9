import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { release } from 'node:os';
import { readersFor } from '@bulkhead/scanner';
import { describe, expect, it } from 'vitest';
import { scanHost } from './host.ts';
import { parseMounts } from './mounts.ts';

function installedByDpkg(): string[] | undefined {
  try {
    const format = '${Status}\\t${Package} ${Version} ${Architecture}\\n';
    const lines = execFileSync('dpkg-query', ['-W', '-f', format], { encoding: 'utf8', maxBuffer: 1 << 26 }).split(
      '\n',
    );
    return lines.flatMap((line) => (line.startsWith('install ok installed\t') ? [line.split('\t')[1] ?? ''] : []));
  } catch {
    return undefined;
  }
}

const expected = installedByDpkg();
if (expected === undefined) process.stderr.write('skipped: this machine against dpkg-query: it has none\n');

describe.skipIf(expected === undefined)('this machine', () => {
  it('has the packages that dpkg-query lists, and the kernel that runs', async () => {
    const readers = (await readersFor('host')).filter(({ id }) => id === 'dpkg' || id === 'os-release');
    // What people keep elsewhere may take minutes to walk.
    const leaveOut = readdirSync('/').filter((name) => !['etc', 'lib', 'proc', 'sys', 'var'].includes(name));
    const { inventory, read } = await scanHost(readers, { leaveOut });
    const found = inventory.packages.map(({ name, version, arch }) => `${name} ${version} ${arch ?? ''}`);
    expect(found.toSorted()).toEqual(expected?.toSorted());
    expect(inventory.kernel?.release).toBe(release());
    expect(inventory.os?.id).toMatch(/^[a-z]+$/);
    expect(read.leftOut).toEqual(expect.arrayContaining(['proc', 'sys']));
  });
});

it('reads mounts with their types and odd names', () => {
  const text = [
    '22 27 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw',
    '25 27 0:22 / /mnt/with\\040space rw - nfs4 server:/x rw',
    'nonsense',
    '',
  ];
  expect(parseMounts(text.join('\n'))).toEqual([
    { path: '/sys', type: 'sysfs' },
    { path: '/mnt/with space', type: 'nfs4' },
  ]);
});
