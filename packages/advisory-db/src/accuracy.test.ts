import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocatedPackage, matchInventory, type OsRelease } from '@bulkhead/scanner';
import { compareVersions } from '@bulkhead/versions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdvisoryDatabase } from './advisory-database.ts';
import { buildDatabase } from './building/build.ts';
import { FolderBucket } from './feed/folder-bucket.ts';
import { zipRecords } from './feed/zip-records.ts';
import { clock, NEVER, NOW } from './test-support/build.ts';
import { SHARED_ABSENT, SHARED_OSV } from './test-support/shared-data.ts';

/** Real packages against real advisories, each answer worked out by hand from the errata. */
describe.skipIf(SHARED_ABSENT)(`packages held against a database of real feeds ${SHARED_ABSENT ?? ''}`, () => {
  let folder: string;
  let database: AdvisoryDatabase;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-accuracy-'));
    const output = join(folder, 'advisories.db');
    await buildDatabase({ output, from: [new FolderBucket(SHARED_OSV)], clock, signal: NEVER });
    database = AdvisoryDatabase.open(output);
  });
  afterAll(() => {
    database?.close();
    rmSync(folder, { recursive: true });
  });

  function advisoriesOf(release: number, one: Partial<LocatedPackage> & { name: string; version: string }): string[] {
    return [...new Set(match(alma(release), [rpm(one)]).findings.map(({ advisory }) => advisory))].toSorted();
  }

  function match(os: OsRelease, packages: readonly LocatedPackage[]): ReturnType<typeof matchInventory> {
    return matchInventory({ os, packages, ownerByPath: new Map() }, database, { now: NOW });
  }

  it('finds what was fixed after the installed build, and nothing that was fixed in it or before', () => {
    const openssl = { name: 'openssl-libs', version: '1:3.0.7-27.el9' };

    expect(advisoriesOf(9, openssl).slice(0, 2)).toEqual(['ALSA-2024:6783', 'ALSA-2024:9333']);
    expect(advisoriesOf(9, openssl)).not.toContain('ALSA-2024:2447');
    expect(advisoriesOf(9, { ...openssl, version: '1:3.5.5-4.el9_8' })).toEqual([]);
  });

  it('takes a missing epoch for 0', () => {
    const { findings } = match(alma(9), [rpm({ name: 'openssl-libs', version: '3.5.5-4.el9_8' })]);

    // Below every fix, since those have epoch 1.
    expect(findings.map(({ id }) => id)).toContain('CVE-2022-1292');
    expect(new Set(findings.map(({ explanation }) => explanation.epochRule))).toEqual(new Set(['missing-is-zero']));
  });

  it('lets the epoch decide before the version', () => {
    // podman of AlmaLinux 9 had epochs 2, 4, 5 and 6.
    expect(advisoriesOf(9, { name: 'podman', version: '2:99.0-1.el9' })).toContain('ALSA-2024:9051');
    expect(advisoriesOf(9, { name: 'podman', version: '99:0.1-1.el9' })).toEqual([]);
  });

  it.each`
    name            | version                                            | modularity     | expected
    ${'nodejs'}     | ${'1:20.20.2-1.module_el8.10.0+4165+3f200bda'}     | ${'nodejs:20'} | ${[]}
    ${'nodejs'}     | ${'1:20.19.2-1.module_el8.10.0+4007+01f7d99b'}     | ${'nodejs:20'} | ${['ALSA-2026:8339']}
    ${'nodejs'}     | ${'1:22.23.1-1.module_el8.10.0+4231+1bf2f855'}     | ${'nodejs:22'} | ${['ALSA-2026:47059']}
    ${'perl-Errno'} | ${'1.28-422.el8'}                                  | ${undefined}   | ${['ALSA-2025:11805']}
    ${'perl-Errno'} | ${'1.28-423.el8_10'}                               | ${undefined}   | ${[]}
    ${'perl-Errno'} | ${'1.30-473.module_el8.10.0+3779+d5938d28'}        | ${'perl:5.32'} | ${['ALSA-2026:30851', 'ALSA-2026:48225', 'ALSA-2026:8096']}
    ${'perl-Errno'} | ${'1.30-474.module_el8.10.0+4162+0aac7c4c'}        | ${'perl:5.32'} | ${[]}
    ${'varnish'}    | ${'6.0.8-3.module_el8.8.0+3665+0b8dabc5.1.alma.1'} | ${'varnish:6'} | ${['ALSA-2024:1690', 'ALSA-2025:8336']}
  `(
    'holds $name $version of AlmaLinux 8 against its own stream: $expected',
    ({ name, version, modularity, expected }) => {
      const label = modularity === undefined ? {} : { modularity: `${String(modularity)}:8100020260101:489197e6` };

      expect(advisoriesOf(8, { name, version, ...label })).toEqual(expected);
    },
  );

  it('keeps a package outside all modules apart from the module of its name', () => {
    expect(advisoriesOf(9, { name: 'nginx', version: '2:1.20.1-22.el9_6.2.alma.1' })).not.toContain('ALSA-2025:3262');
    const module = { name: 'nginx', version: '1:1.24.0-4.module_el9.5.0+154+722f94fd.1.alma.1' };
    const found = advisoriesOf(9, { ...module, modularity: 'nginx:1.24:9050020250401:9' });

    expect(found).not.toContain('ALSA-2025:3262'); // it is the fix
    expect(found).not.toContain('ALSA-2025:7402'); // of the package outside modules, with a higher epoch
  });

  it('takes the lowest of the builds that an erratum lists for the fix', () => {
    // 91.3.0-2.el8_4.alma.plus is listed beside it.
    expect(advisoriesOf(8, { name: 'thunderbird', version: '91.3.0-2.el8_4.alma' })).not.toContain('ALSA-2021:4130');
    expect(advisoriesOf(8, { name: 'thunderbird', version: '91.3.0-1.el8_4.alma' })).toContain('ALSA-2021:4130');
    expect(advisoriesOf(8, { name: 'platform-python', version: '3.6.8-41.el8' })).not.toContain('ALSA-2021:4399');
  });

  it('leaves out errata that fix bugs, but not those that name a CVE', () => {
    expect(advisoriesOf(8, { name: 'python3-requests', version: '2.20.0-1.el8' })).toContain('ALBA-2019:3693');
    // ALBA-2022:2018 fixes bugs in 421.
    expect(advisoriesOf(8, { name: 'perl-Errno', version: '1.28-420.el8' })).toEqual(['ALSA-2025:11805']);
  });

  it('says nothing about builds of others and about other distributions, and says so', () => {
    const epel = match(alma(9), [rpm({ name: 'nginx', version: '1:1.0-1.el9', vendor: 'Fedora Project' })]);
    const rocky = match({ id: 'rocky', idLike: ['rhel'], versionId: '9.4' }, [
      rpm({ name: 'nginx', version: '1:1.0-1.el9' }),
    ]);

    for (const { findings, gaps } of [epel, rocky]) {
      expect(findings).toEqual([]);
      expect(gaps).toMatchObject([{ code: 'no-advisories' }]);
    }
  });

  it('agrees, for every security erratum and package, with what the raw records say', async () => {
    // Worked out anew from the records, one package at the fix and one just below it.
    const lowest = new Map<string, { id: string; ecosystem: string; name: string; fixed: string; cves: string[] }>();
    for await (const entry of zipRecords(join(SHARED_OSV, 'AlmaLinux', 'all.zip'))) {
      if (!('bytes' in entry)) continue;
      const record = JSON.parse(entry.bytes.toString()) as RawRecord;
      const cves = record.related.filter((name) => name.startsWith('CVE-'));
      for (const { package: named, ranges } of record.affected) {
        const fixed = ranges[0]?.events[1]?.fixed ?? '';
        const key = `${record.id} ${named.ecosystem} ${named.name}`;
        const known = lowest.get(key);
        const order = known && compareVersions('rpm', fixed, known.fixed);
        if (known === undefined || (order?.ok === true && order.order < 0)) {
          lowest.set(key, { id: record.id, ...named, fixed, cves });
        }
      }
    }

    const wrong: string[] = [];
    for (const { id, ecosystem, name, fixed, cves } of lowest.values()) {
      if (cves.length === 0) continue;
      const entries = database.affecting(ecosystem, name).filter(({ advisory }) => advisory === id);
      const events = entries.map(({ ranges }) => JSON.stringify(ranges[0]?.events));
      if (events.length !== 1 || events[0] !== JSON.stringify([{ introduced: '0' }, { fixed }])) {
        wrong.push(`${id} ${name}: ${events.join(' ')}`);
      }
      const { aliases, security } = database.advisory(id) ?? {};
      if (security !== true || cves.some((cve) => aliases?.includes(cve) !== true)) wrong.push(`${id}: its CVEs`);
    }
    expect(lowest.size).toBeGreaterThan(60_000);
    expect(wrong).toEqual([]);
  });
});

interface RawRecord {
  readonly id: string;
  readonly related: readonly string[];
  readonly affected: readonly {
    readonly package: { readonly ecosystem: string; readonly name: string };
    readonly ranges: readonly { readonly events: readonly { readonly fixed?: string }[] }[];
  }[];
}

function alma(release: number): OsRelease {
  return { id: 'almalinux', idLike: ['rhel'], versionId: String(release) };
}

function rpm(one: Partial<LocatedPackage> & { name: string; version: string }): LocatedPackage {
  return { type: 'rpm', vendor: 'AlmaLinux', reader: 'rpm', location: { path: 'var/lib/rpm/rpmdb.sqlite' }, ...one };
}
