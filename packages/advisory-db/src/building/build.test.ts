import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdvisoryDatabase } from '../advisory-database.ts';
import { FolderBucket } from '../feed/folder-bucket.ts';
import type { FeedProgress } from '../feed/progress.ts';
import { clock, databaseOf, NEVER } from '../test-support/build.ts';
import { affected, osvRecord, writeBucket } from '../test-support/osv.ts';
import { SHARED_ABSENT, SHARED_OSV } from '../test-support/shared-data.ts';
import { buildDatabase } from './build.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-build-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('buildDatabase', () => {
  it('keeps the newer of two feeds’ records of the same name, with what it alone says', async () => {
    const about = (name: string): Record<string, unknown> => ({
      affected: [affected('npm', name), affected('PyPI', name)],
    });
    using database = await databaseOf(folder, {
      PyPI: [
        osvRecord('GHSA-1', { ...about('old'), modified: '2026-01-01T00:00:00Z' }),
        osvRecord('GHSA-2', about('b')),
      ],
      npm: [
        osvRecord('GHSA-1', { ...about('new'), modified: '2026-02-01T00:00:00Z' }),
        osvRecord('GHSA-2', about('b')),
      ],
    });

    expect(database.affecting('PyPI', 'old')).toEqual([]);
    expect(database.affecting('PyPI', 'new')).toHaveLength(1);
    expect(database.affecting('npm', 'b')).toHaveLength(1);
  });

  it('takes each ecosystem from the first place that has it and can be read', async () => {
    const first = writeBucket(join(folder, 'first'), { Go: [osvRecord('GO-1')], npm: [osvRecord('GHSA-1')] });
    const second = writeBucket(join(folder, 'second'), { Go: [osvRecord('GO-2')], npm: [osvRecord('GHSA-2')] });
    writeFileSync(join(first, 'npm', 'all.zip'), 'broken');
    const output = join(folder, 'advisories.db');
    const from = [join(folder, 'absent'), first, second].map((path) => new FolderBucket(path));

    const summary = await buildDatabase({ output, from, clock, signal: NEVER });

    expect(summary.sources).toMatchObject([
      { name: 'Go', location: first },
      { name: 'npm', location: second },
    ]);
  });

  it('leaves the database that was there as it was when anything fails, and nothing beside it', async () => {
    (await databaseOf(folder, { Go: [osvRecord('GO-1')] })).close();
    const output = join(folder, 'advisories.db');
    const before = readFileSync(output);
    const empty = new FolderBucket(writeBucket(join(folder, 'empty'), { Go: ['{"id":"GO-1","modified":"x"}'] }));
    const options = { output, clock, signal: NEVER };

    await expect(buildDatabase({ ...options, from: [empty] })).rejects.toMatchObject({
      code: 'FEED_INVALID',
      why: '"GO-1.json": modified: is no time',
    });
    await expect(buildDatabase({ ...options, from: [empty], ecosystems: ['Gone'] })).rejects.toMatchObject({
      code: 'FEED_INVALID',
      message: expect.stringMatching(/no ecosystem "Gone"/),
    });
    await expect(buildDatabase({ ...options, from: [new FolderBucket(folder)] })).rejects.toMatchObject({
      code: 'FEED_INVALID',
    });

    expect(readFileSync(output).equals(before)).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual(['advisories.db', 'bucket', 'empty']);
  });

  it('stops when it is told to', async () => {
    const from = [new FolderBucket(writeBucket(join(folder, 'bucket'), { Go: [osvRecord('GO-1')] }))];
    const abort = new AbortController();
    const stopped = new Error('stopped');
    const onProgress = (): void => {
      abort.abort(stopped);
      // Until the loop looks at the clock again.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    };

    const building = buildDatabase({ output: join(folder, 'a.db'), from, clock, signal: abort.signal, onProgress });

    await expect(building).rejects.toBe(stopped);
    expect(readdirSync(folder)).toEqual(['bucket']);
  });

  it('says which record of how many it is at, and what it does when it has read them', async () => {
    const bucket = writeBucket(join(folder, 'bucket'), { Go: [osvRecord('GO-1'), osvRecord('GO-2')] });
    const told: FeedProgress[] = [];

    await buildDatabase({
      output: join(folder, 'a.db'),
      from: [new FolderBucket(bucket)],
      clock,
      signal: NEVER,
      onProgress: (progress) => told.push(progress),
    });

    const reading = { source: 'Go', step: 'reading', total: 2, unit: 'records' };
    expect(told).toEqual([
      { source: 'Go', step: 'fetching' },
      { ...reading, done: 1 },
      { ...reading, done: 2 },
      { source: 'all sources', step: 'sorting' },
    ]);
  });

  it('gives equal files for equal feeds', async () => {
    const records = { Go: ['GO-3', 'GO-1', 'GO-2'].map((id) => osvRecord(id)) };
    (await databaseOf(folder, records)).close();
    const first = readFileSync(join(folder, 'advisories.db'));
    (await databaseOf(folder, records)).close();

    expect(readFileSync(join(folder, 'advisories.db')).equals(first)).toBe(true);
  });
});

describe.skipIf(SHARED_ABSENT)(`real feeds ${SHARED_ABSENT ?? ''}`, () => {
  it('are read without a rejected record', async () => {
    const output = join(folder, 'advisories.db');
    const summary = await buildDatabase({ output, from: [new FolderBucket(SHARED_OSV)], clock, signal: NEVER });
    using database = AdvisoryDatabase.open(output);

    expect(summary.sources).toMatchObject([
      { name: 'AlmaLinux', records: 5680, withdrawn: 0, rejected: 0, unmatchable: 0, newest: '2026-08-21T12:56:10Z' },
      { name: 'Go', records: 4274, withdrawn: 17, rejected: 0, unmatchable: 0 },
    ]);
    expect(database.affecting('AlmaLinux:8', 'ant')).toContainEqual({
      advisory: 'ALSA-2025:9318',
      ecosystem: 'AlmaLinux:8',
      name: 'ant',
      ranges: [
        { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.10.5-1.module_el8.0.0+6004+2fc32706' }] },
      ],
      versions: [],
      qualifiers: { modularity: ['javapackages-tools:201801'] },
    });
  });
});
