import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdvisoryDatabase } from '../advisory-database.ts';
import { buildDatabase } from '../building/build.ts';
import { FolderBucket } from '../feed/folder-bucket.ts';
import { HttpBucket } from '../feed/http-bucket.ts';
import { fileResource } from '../feed/resource.ts';
import { clock, databaseOf, NEVER, NOW } from '../test-support/build.ts';
import { affected, osvRecord, writeBucket } from '../test-support/osv.ts';
import { serve } from '../test-support/server.ts';
import { type UpdateOptions, type UpdateResult, updateDatabase } from './update.ts';

const PATIENCE = { attempts: 2, firstDelayMs: 1, maxDelayMs: 100, idleMs: 500 };
const LATER = { now: () => NOW + 86_400_000 };
const FIRST = [about('GO-1', 'a', 1), about('GO-2', 'b', 2), about('GO-3', 'c', 3)];

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-update-'));
  file = join(folder, 'advisories.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('updateDatabase', () => {
  it('fetches what is newer than what it has, and only that', async () => {
    using database = await databaseOf(folder, { Go: FIRST });
    const bucket = writeBucket(join(folder, 'bucket'), {
      Go: [
        about('GO-1', 'a', 1),
        about('GO-2', 'moved', 5),
        about('GO-3', 'c', 6, { withdrawn: '2026-08-06T00:00:00Z' }),
        about('GO-4', 'a', 7),
      ],
    });
    await using server = await serve(bucket);

    const result = await update(new HttpBucket(server.url, PATIENCE));

    expect(server.requests.toSorted()).toEqual([
      '/Go/GO-2.json',
      '/Go/GO-3.json',
      '/Go/GO-4.json',
      '/Go/modified_id.csv',
    ]);
    expect(result.sources).toMatchObject([{ name: 'Go', outcome: 'updated', added: 1, replaced: 1, removed: 1 }]);
    expect(result.changed.map((key) => key.package).toSorted()).toEqual(['a', 'b', 'c', 'moved']);
    expect(result.database).toMatchObject({
      updatedAt: '2026-09-02T12:00:00.000Z',
      sources: [{ records: 3, withdrawn: 1, newest: '2026-08-07T00:00:00Z', highWater: '2026-08-07T00:00:00Z' }],
    });

    expect(database.affecting('Go', 'a').map(({ advisory }) => advisory)).toEqual(['GO-1', 'GO-4']);
    expect(database.affecting('Go', 'b')).toEqual([]);
    expect(database.affecting('Go', 'moved')).toHaveLength(1);
    expect(database.affecting('Go', 'c')).toEqual([]);
    expect(database.advisory('GO-3')).toBeUndefined();
  });

  it('waits for scans of the same process, which see one state as long as their turn lasts', async () => {
    using database = await databaseOf(folder, { Go: FIRST });
    const bucket = writeBucket(join(folder, 'bucket'), {
      Go: [...FIRST, about('GO-4', 'a', 4), about('GO-5', 'b', 5)],
    });
    const seen = new Set<string>();
    let turns = 0;
    const scan = (): void => {
      seen.add(`${database.affecting('Go', 'a').length} ${database.affecting('Go', 'b').length}`);
      turns += 1;
      timer = setImmediate(scan);
    };
    let timer = setImmediate(scan);

    await update(new FolderBucket(bucket));
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    clearImmediate(timer);

    expect([...seen]).toEqual(['1 1', '2 2']);
    expect(turns).toBeGreaterThan(2);
  });

  it('asks for nothing but the list when nothing has changed', async () => {
    (await databaseOf(folder, { Go: FIRST })).close();
    await using server = await serve(join(folder, 'bucket'));

    const result = await update(new HttpBucket(server.url, PATIENCE));

    expect(server.requests).toEqual(['/Go/modified_id.csv']);
    expect(result).toMatchObject({ sources: [{ outcome: 'current' }], changed: [] });
  });

  it('leaves a database equal to one that is built anew, whatever changes', async () => {
    const names = fc.subarray(['a', 'b', 'c'], { minLength: 1 });
    const state = fc.array(fc.record({ id: fc.integer({ min: 1, max: 6 }), names, withdrawn: fc.boolean() }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(
        state,
        fc.array(state, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (first, later, delta) => {
          const place = mkdtempSync(join(folder, 'case-'));
          const records = new Map<string, string>([['GO-0', about('GO-0', 'always', 1)]]);
          let day = 1;
          const apply = (changes: typeof first): void => {
            for (const { id, names: packages, withdrawn } of changes) {
              day += 1;
              const over = {
                affected: packages.map((name) => affected('Go', name, `${day}.0.0`)),
                ...(withdrawn && { withdrawn: '2026-08-01T00:00:00Z' }),
              };
              records.set(`GO-${id}`, about(`GO-${id}`, '', day, over));
            }
          };
          apply(first);
          const output = join(place, 'advisories.db');
          (await databaseOf(place, { Go: [...records.values()] })).close();
          for (const changes of later) {
            apply(changes);
            const bucket = writeBucket(join(place, 'bucket'), { Go: [...records.values()] });
            // Without its list of changes, the archive is compared.
            if (!delta) rmSync(join(bucket, 'Go', 'modified_id.csv'));
            await updateDatabase({ file: output, from: [new FolderBucket(bucket)], clock, signal: NEVER });
          }
          const anew = join(place, 'anew.db');
          await buildDatabase({ output: anew, from: [new FolderBucket(join(place, 'bucket'))], clock, signal: NEVER });

          expect(contentOf(output)).toEqual(contentOf(anew));
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([
    ['has no list of changes', () => undefined],
    ['has a list that is out of order', () => '2026-08-03T00:00:00Z,GO-3\n2026-08-04T00:00:00Z,GO-4\n'],
    ['has a list of something else', () => '<html>\n'],
  ])('goes by the archive of a bucket that %s', async (_, list) => {
    using database = await databaseOf(folder, { Go: FIRST });
    const bucket = writeBucket(join(folder, 'bucket'), { Go: [about('GO-1', 'a', 1), about('GO-4', 'd', 4)] });
    const content = list();
    if (content === undefined) rmSync(join(bucket, 'Go', 'modified_id.csv'));
    else writeFileSync(join(bucket, 'Go', 'modified_id.csv'), content);

    const result = await update(new FolderBucket(bucket));

    expect(result.sources).toMatchObject([{ outcome: 'updated', added: 1, removed: 2 }]);
    expect(database.affecting('Go', 'd')).toHaveLength(1);
    expect(database.affecting('Go', 'b')).toEqual([]);
  });

  it('keeps what it has of a feed that fails, says so, and tries the same again', async () => {
    (await databaseOf(folder, { Go: FIRST, npm: [osvRecord('GHSA-1', { affected: [affected('npm', 'x')] })] })).close();
    const bucket = writeBucket(join(folder, 'bucket'), {
      Go: [...FIRST, about('GO-4', 'd', 4), about('GO-5', 'e', 5)],
      npm: [osvRecord('GHSA-1', { affected: [affected('npm', 'x')] }), about('GHSA-2', 'y', 9)],
    });
    let broken = true;
    await using server = await serve(bucket, (request, response) => {
      if (!broken || request.url !== '/Go/GO-4.json') return false;
      response.writeHead(500).end();
      return true;
    });
    const mirror = new HttpBucket(server.url, PATIENCE);

    const first = await update(mirror);
    broken = false;
    const second = await update(mirror);

    expect(first.sources).toMatchObject([
      { name: 'Go', outcome: 'failed', error: { code: 'FEED_UNREACHABLE', why: expect.stringMatching(/500/) } },
      { name: 'npm', outcome: 'updated', added: 1 },
    ]);
    expect(first.database.sources[0]).toMatchObject({ records: 3, checkedAt: '2026-09-01T12:00:00.000Z' });
    expect(second.sources).toMatchObject([
      { name: 'Go', outcome: 'updated', added: 2 },
      { name: 'npm', outcome: 'current' },
    ]);
  });

  it('makes the advisories as new as the feed that was read longest ago, whatever the catalogues say', async () => {
    using database = await databaseOf(folder, { Go: FIRST, npm: [osvRecord('GHSA-1')] });
    const bucket = writeBucket(join(folder, 'bucket'), { Go: [...FIRST, about('GO-4', 'd', 4)], npm: [] });
    rmSync(join(bucket, 'npm'), { recursive: true });
    const epss = join(folder, 'epss.csv');
    writeFileSync(epss, '#model_version:v1,score_date:2026-09-02T00:00:00Z\ncve,epss,percentile\nCVE-2026-1,0.5,0.9\n');
    const catalogues = { epss: fileResource(epss) };

    await updateDatabase({ file, from: [new FolderBucket(bucket)], clock: LATER, signal: NEVER, catalogues });

    expect(database.status()).toMatchObject({
      checkedAt: '2026-09-01T12:00:00.000Z',
      newest: '2026-08-04T00:00:00Z',
      sources: [
        { name: 'EPSS', checkedAt: '2026-09-02T12:00:00.000Z' },
        { name: 'Go', checkedAt: '2026-09-02T12:00:00.000Z' },
        { name: 'npm', checkedAt: '2026-09-01T12:00:00.000Z' },
      ],
    });
    writeBucket(join(folder, 'bucket'), { npm: [osvRecord('GHSA-1')] });
    await updateDatabase({ file, from: [new FolderBucket(bucket)], clock: LATER, signal: NEVER });
    expect(database.status()).toMatchObject({
      builtAt: '2026-09-01T12:00:00.000Z',
      checkedAt: '2026-09-02T12:00:00.000Z',
    });
  });

  it('takes the next mirror when one fails', async () => {
    (await databaseOf(folder, { Go: FIRST })).close();
    const bucket = writeBucket(join(folder, 'bucket'), { Go: [...FIRST, about('GO-4', 'd', 4)] });
    const gone = await serve(bucket);
    await gone[Symbol.asyncDispose]();

    const result = await update(new HttpBucket(gone.url, PATIENCE), new FolderBucket(bucket));

    expect(result.sources).toMatchObject([{ outcome: 'updated', added: 1 }]);
  });

  it('keeps what it has of a record whose change it cannot read, and names it', async () => {
    using database = await databaseOf(folder, { Go: FIRST });
    const bucket = writeBucket(join(folder, 'bucket'), {
      Go: [...FIRST, about('GO-2', 'b', 5), about('GO-9', 'z', 6)],
    });
    writeFileSync(join(bucket, 'Go', 'GO-2.json'), '{"id":"GO-2"}');
    rmSync(join(bucket, 'Go', 'GO-9.json'));

    const result = await update(new FolderBucket(bucket));

    expect(result.sources).toMatchObject([{ rejected: 2 }]);
    expect(result.database.sources).toMatchObject([
      {
        rejected: 2,
        rejections: [
          { record: 'GO-2.json', reason: expect.stringMatching(/^modified/) },
          { record: 'GO-9.json', reason: 'it is listed as changed, and is not there' },
        ],
      },
    ]);
    expect(database.affecting('Go', 'b')).toHaveLength(1);
  });

  it('does not take one record for another', async () => {
    (await databaseOf(folder, { Go: FIRST })).close();
    const bucket = writeBucket(join(folder, 'bucket'), { Go: [...FIRST, about('GO-4', 'd', 4)] });
    writeFileSync(join(bucket, 'Go', 'GO-4.json'), about('GO-1', 'evil', 9));

    const result = await update(new FolderBucket(bucket));

    expect(result.changed).toEqual([]);
    expect(result.database.sources[0]?.rejections).toEqual([
      { record: 'GO-4.json', reason: 'it holds the record "GO-1"' },
    ]);
  });

  it('renews the catalogues, each on its own', async () => {
    (await databaseOf(folder, { Go: FIRST })).close();
    const kev = join(folder, 'kev.json');
    const vulnerabilities = [{ cveID: 'CVE-2026-1000', dateAdded: '2026-08-01' }];
    writeFileSync(kev, JSON.stringify({ dateReleased: '2026-09-01T00:00:00Z', vulnerabilities }));
    const catalogues = { kev: fileResource(kev), epss: fileResource(join(folder, 'absent')) };

    const { sources } = await update({ catalogues }, new FolderBucket(join(folder, 'bucket')));
    using database = AdvisoryDatabase.open(file);

    expect(sources).toMatchObject([
      { name: 'Go', outcome: 'current' },
      { name: 'KEV', outcome: 'current' },
      { name: 'EPSS', outcome: 'failed', error: { code: 'FEED_UNREACHABLE' } },
    ]);
    expect(database.kev('CVE-2026-1000')).toEqual({ dateAdded: '2026-08-01', ransomware: false });
  });

  it('rolls back what a killed update has left in the file', async () => {
    const records = Array.from({ length: 500 }, (_, index) => about(`GO-${index}`, `p${index}`, 1));
    (await databaseOf(folder, { Go: records })).close();
    const before = contentOf(file);
    const child = spawn(process.execPath, [
      '-e',
      `const { DatabaseSync } = require('node:sqlite');
       const database = new DatabaseSync(process.argv[1]);
       database.exec('PRAGMA cache_size = 1; BEGIN IMMEDIATE; DELETE FROM affected; DELETE FROM advisory');
       console.log('changing'); setInterval(() => {}, 1000)`,
      file,
    ]);
    await once(child.stdout, 'data');
    expect(readFileSync(`${file}-journal`).length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await once(child, 'close');

    expect(contentOf(file)).toEqual(before);
  });
});

function about(id: string, name: string, day: number, over: Record<string, unknown> = {}): string {
  const modified = new Date(Date.UTC(2026, 7, day)).toISOString().replace('.000', '');
  return osvRecord(id, { modified, affected: [affected('Go', name)], ...over });
}

function update(...from: readonly (FolderBucket | HttpBucket | Partial<UpdateOptions>)[]): Promise<UpdateResult> {
  const buckets = from.filter((entry) => entry instanceof FolderBucket || entry instanceof HttpBucket);
  const over = from.filter((entry) => !buckets.includes(entry as FolderBucket));
  return updateDatabase({ file, from: buckets, clock: LATER, signal: NEVER, ...Object.assign({}, ...over) });
}

/** Everything that look-ups can give. */
function contentOf(path: string): unknown {
  using database = AdvisoryDatabase.open(path);
  const ids = Array.from({ length: 500 }, (_, index) => `GO-${index}`);
  const names = ['a', 'b', 'c', 'always', ...ids.map((id) => id.replace('GO-', 'p'))];
  return {
    affected: names.map((name) => database.affecting('Go', name)),
    advisories: ids.map((id) => database.advisory(id)),
    packages: database.summary().packages,
    records: database.summary().sources.map(({ records }) => records),
  };
}
