import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdvisoryDatabase } from './advisory-database.ts';
import { AdvisoryDbError } from './error.ts';
import { databaseOf } from './test-support/build.ts';
import { affected, osvRecord } from './test-support/osv.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-db-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('AdvisoryDatabase', () => {
  it('gives everything that all feeds say about a package, and nothing about another', async () => {
    using database = await databaseOf(folder, {
      Go: [osvRecord('GO-1'), osvRecord('GO-2', { affected: [affected('Go', 'example.org/other')] })],
      GHSA: [osvRecord('GHSA-1', { affected: [affected('Go', 'example.org/shop', '2.0.0')] })],
    });

    const found = database.affecting('Go', 'example.org/shop');

    expect(found).toEqual([
      {
        advisory: 'GHSA-1',
        ecosystem: 'Go',
        name: 'example.org/shop',
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
        versions: [],
      },
      expect.objectContaining({ advisory: 'GO-1' }),
    ]);
    expect(database.affecting('Go', 'example.org/shop')).toBe(found);
    expect(database.affecting('Go', 'example.org')).toEqual([]);
    expect(database.affecting('npm', 'example.org/shop')).toEqual([]);
    expect(database.ecosystems).toEqual(new Set(['Go']));
  });

  it('finds a package by every spelling that its registry takes for the same', async () => {
    using database = await databaseOf(folder, {
      PyPI: [osvRecord('PYSEC-1', { affected: [affected('PyPI', 'Flask_SQL.Alchemy')] })],
      Go: [osvRecord('GO-1', { affected: [affected('Go', 'github.com/Shop/Cart')] })],
    });

    expect(database.affecting('PyPI', 'flask-sql-alchemy')).toMatchObject([{ name: 'Flask_SQL.Alchemy' }]);
    expect(database.affecting('Go', 'github.com/shop/cart')).toEqual([]);
  });

  it('keeps what a record says beside its ranges', async () => {
    const events = [{ introduced: '1' }, { last_affected: '2' }, { introduced: '3' }, { limit: '4' }];
    using database = await databaseOf(folder, {
      npm: [
        osvRecord('GHSA-1', {
          aliases: ['GHSA-9', 'CVE-2026-2'],
          upstream: ['CVE-2026-1'],
          related: ['CVE-2026-3'],
          published: '2026-07-01T00:00:00Z',
          severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
          database_specific: { cwe_ids: ['CWE-79', 'nonsense'], severity: 'MODERATE' },
          references: [
            { type: 'WEB', url: 'https://example.org/1' },
            { type: 'WEB', url: 'javascript:alert(1)' },
          ],
          affected: [
            { package: { ecosystem: 'npm', name: 'shop' }, ranges: [{ type: 'SEMVER', events }], versions: ['1.0.0'] },
          ],
        }),
      ],
    });

    expect(database.affecting('npm', 'shop')).toEqual([
      { advisory: 'GHSA-1', ecosystem: 'npm', name: 'shop', ranges: [{ type: 'SEMVER', events }], versions: ['1.0.0'] },
    ]);
    expect(database.advisory('GHSA-1')).toEqual({
      id: 'GHSA-1',
      source: 'npm',
      aliases: ['CVE-2026-1', 'CVE-2026-2', 'GHSA-9'],
      summary: 'what GHSA-1 is about',
      published: '2026-07-01T00:00:00Z',
      modified: '2026-08-01T00:00:00Z',
      severity: 'medium',
      cvss: [{ vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 9.8 }],
      cwes: ['CWE-79'],
      references: ['https://example.org/1'],
      security: true,
    });
    expect(database.advisory('GHSA-2')).toBeUndefined();
  });

  it('says how old it is, from where, under which licence, and what was left out', async () => {
    using database = await databaseOf(folder, {
      AlmaLinux: [
        osvRecord('ALSA-1', { affected: [affected('AlmaLinux:9', 'curl')] }),
        osvRecord('ALSA-2', { withdrawn: '2026-08-02T00:00:00Z' }),
        osvRecord('ALSA-3', { affected: [] }),
        osvRecord('ALSA-4', { modified: 'yesterday' }),
      ],
    });

    expect(database.status()).toEqual({
      schema: 1,
      builtAt: '2026-09-01T12:00:00.000Z',
      checkedAt: '2026-09-01T12:00:00.000Z',
      newest: '2026-08-01T00:00:00Z',
      sources: [
        {
          name: 'AlmaLinux',
          records: 1,
          newest: '2026-08-01T00:00:00Z',
          checkedAt: '2026-09-01T12:00:00.000Z',
        },
      ],
    });
    expect(database.summary()).toMatchObject({
      advisories: 1,
      packages: 1,
      ecosystems: [{ name: 'AlmaLinux:9', packages: 1 }],
      sources: [
        {
          name: 'AlmaLinux',
          kind: 'osv',
          licence: 'MIT',
          records: 1,
          withdrawn: 1,
          unmatchable: 1,
          rejected: 1,
          rejections: [{ record: 'ALSA-4.json', reason: 'modified: is no time' }],
        },
      ],
    });
  });
});

describe('AdvisoryDatabase.open', () => {
  it.each([
    ['a file that is not there', () => {}, 'DB_MISSING'],
    ['an empty file', (file: string) => writeFileSync(file, ''), 'DB_CORRUPT'],
    ['a file of another kind', (file: string) => writeFileSync(file, 'x'.repeat(5000)), 'DB_CORRUPT'],
    ['a SQLite database of something else', (file: string) => patch(file, 68, [0, 0, 0, 1]), 'DB_CORRUPT'],
    ['a schema it does not know', (file: string) => patch(file, 60, [0, 0, 0, 99]), 'DB_TOO_NEW'],
    ['a file that is cut short', (file: string) => truncateSync(file, 20_000), 'DB_CORRUPT'],
  ])('refuses %s with a code and what to do', async (_, damage, code) => {
    const file = join(folder, 'advisories.db');
    if (code !== 'DB_MISSING') (await databaseOf(folder, { Go: [osvRecord('GO-1')] })).close();
    damage(file);

    const error = errorOf(() => AdvisoryDatabase.open(file));

    expect(error).toMatchObject({ code, fix: expect.stringMatching(/./) });
    expect(error.message).toContain(file);
  });

  it('never answers otherwise than the undamaged file, whichever byte is changed', async () => {
    const records = Array.from({ length: 40 }, (_, index) =>
      osvRecord(`GO-${index}`, { affected: [affected('Go', `example.org/${index % 7}`)] }),
    );
    const whole = await databaseOf(folder, { Go: records });
    const names = Array.from({ length: 7 }, (_, index) => `example.org/${index}`);
    const answers = (database: AdvisoryDatabase): unknown => ({
      affected: names.map((name) => database.affecting('Go', name)),
      advisory: database.advisory('GO-3'),
    });
    const expected = answers(whole);
    whole.close();
    const bytes = readFileSync(whole.file);

    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const file = join(folder, 'damaged.db');
        const damaged = Buffer.from(bytes);
        damaged[position] = (damaged[position] ?? 0) ^ flip;
        writeFileSync(file, damaged);
        try {
          using database = AdvisoryDatabase.open(file);
          const found = answers(database) as { affected: readonly unknown[][]; advisory: unknown };
          // What has a damaged key is not found, which only the digest of the whole file can tell; nothing else may be lost.
          if (found.advisory === undefined || found.affected.some((entries) => entries.length === 0)) return;
          expect(found).toEqual(expected);
        } catch (error) {
          if (!(error instanceof AdvisoryDbError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

function patch(file: string, position: number, bytes: readonly number[]): void {
  const content = readFileSync(file);
  content.set(bytes, position);
  writeFileSync(file, content);
}

function errorOf(action: () => unknown): AdvisoryDbError {
  try {
    action();
  } catch (error) {
    if (error instanceof AdvisoryDbError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
