import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdvisoryDatabase } from '../advisory-database.ts';
import { FolderBucket } from '../feed/folder-bucket.ts';
import { fileResource } from '../feed/resource.ts';
import { clock, databaseOf, NEVER } from '../test-support/build.ts';
import { affected, osvRecord, writeBucket } from '../test-support/osv.ts';
import { exportDatabase } from '../transfer/export.ts';
import { importDatabase } from '../transfer/import.ts';
import { updateDatabase } from '../update/update.ts';
import { buildDatabase } from './build.ts';

const SKIPPED = process.getuid?.() === 0 ? undefined : 'mounting a small disk needs root';

/** Incompressible enough that 3,000 of them do not fit. */
const MANY = Array.from({ length: 3000 }, (_, index) =>
  osvRecord(`GO-${index}`, {
    modified: '2026-08-15T00:00:00Z',
    affected: [affected('Go', `example.org/${index}`, `${index}.${index * 7919}.${index * 104_729}`)],
    summary: Array.from({ length: 40 }, (_entry, word) => ((index + 1) * (word + 3) * 2_654_435_761).toString(36)).join(
      ' ',
    ),
  }),
);

let folder: string;
let disk: string;
let file: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-disk-'));
  disk = join(folder, 'disk');
  execFileSync('mkdir', [disk]);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  file = join(disk, 'advisories.db');
  (await databaseOf(folder, { Go: [osvRecord('GO-0')] })).close();
  copyFileSync(join(folder, 'advisories.db'), file);
});
afterEach(() => {
  execFileSync('umount', [disk]);
  rmSync(folder, { recursive: true });
});

describe.skipIf(SKIPPED)(`a full disk ${SKIPPED ?? ''}`, () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a build', () => buildDatabase({ output: file, from: [large()], clock, signal: NEVER })],
    ['an update', () => updateDatabase({ file, from: [large()], clock, signal: NEVER })],
    [
      'an import',
      async () => {
        const output = join(folder, 'large.db');
        const packed = join(folder, 'large.db.zst');
        await buildDatabase({ output, from: [large()], clock, signal: NEVER });
        await exportDatabase(output, packed, NEVER);
        await importDatabase({ resource: fileResource(packed), output: file, signal: NEVER });
      },
    ],
    [
      'an export',
      () => {
        writeFileSync(join(disk, 'filler'), Buffer.alloc(900_000));
        return exportDatabase(file, join(disk, 'out.zst'), NEVER);
      },
    ],
  ])('ends %s with DB_DISK_FULL, and leaves the database that was there as it was', async (_, action) => {
    const before = readFileSync(file);

    await expect(action()).rejects.toMatchObject({ code: 'DB_DISK_FULL' });

    expect(readdirSync(disk).filter((name) => name !== 'filler')).toEqual(['advisories.db']);
    expect(readFileSync(file).equals(before)).toBe(true);
    using database = AdvisoryDatabase.open(file);
    expect(database.affecting('Go', 'example.org/shop')).toHaveLength(1);
  });
});

function large(): FolderBucket {
  return new FolderBucket(writeBucket(join(folder, 'large'), { Go: MANY }));
}
