import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScanFolder } from './scan-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-scans-'));
});
afterEach(() => rm(folder, { recursive: true }));

const SUBJECT = { workloads: [{ name: 'web' }] };

describe('ScanFolder', () => {
  it('keeps an SBOM under the name of its scan, and gives it in parts by that name alone', async () => {
    const scans = new ScanFolder(folder);
    await writeFile(scans.begin({ id: 'cafe', subject: SUBJECT }), '0123456789');
    expect(scans.keep('cafe')).toEqual({ file: 'scan-cafe.cdx.json', bytes: 10 });
    scans.end();
    await symlink('/etc/passwd', join(folder, 'scan-link.cdx.json'));
    execFileSync('mkfifo', [join(folder, 'scan-pipe.cdx.json')]);

    expect(Buffer.from((await scans.read('scan-cafe.cdx.json', 8, 9))?.data ?? []).toString()).toBe('89');
    for (const name of ['begun.json', '../x', 'scan-link.cdx.json', 'scan-pipe.cdx.json', 'scan-../x.cdx.json', '']) {
      expect(await scans.read(name, 0, 9), name).toBeUndefined();
    }
    expect(new ScanFolder(folder).takeAbandoned()).toBeUndefined();
  });

  it('tells the next agent of a scan that has not ended, once, and of nothing that is damaged', async () => {
    const scan = { id: 'cafe', subject: SUBJECT };
    await writeFile(new ScanFolder(folder).begin(scan), 'half');

    const next = new ScanFolder(folder);
    expect(next.takeAbandoned()).toEqual(scan);
    expect(next.takeAbandoned()).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    await writeFile(join(folder, 'begun.json'), '{"id":');
    expect(next.takeAbandoned()).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps the last ones alone', async () => {
    const scans = new ScanFolder(folder);
    for (let number = 0; number < 20; number += 1) {
      await writeFile(scans.begin({ id: `n${number}`, subject: {} }), 'x');
      const { file } = scans.keep(`n${number}`);
      await utimes(join(folder, file), number, number);
    }
    scans.end();
    const kept = (await readdir(folder)).toSorted();
    expect(kept).toHaveLength(16);
    expect(kept).not.toContain('scan-n3.cdx.json');
    expect(kept).toContain('scan-n4.cdx.json');
    expect(kept).toContain('scan-n19.cdx.json');
  });

  it.each([
    ['cafe01', true],
    ['', false],
    ['../x', false],
    ['a b', false],
    ['x'.repeat(65), false],
  ])('takes an id for one that is: %j', (id, is) => {
    expect(ScanFolder.isId(id)).toBe(is);
  });
});
