import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { AdvisoryDatabase, buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';
import { type LocatedPackage, matchInventory } from '@bulkhead/scanner';
import { compareVersions } from '@bulkhead/versions';
import { Random } from '../capture/random.ts';
import type { Measure } from '../measure.ts';
import { type KnownPackage, randomPackages } from './random-packages.ts';

/** Real feeds, beside the project and not in it. */
const OSV = fileURLToPath(new URL('../../../../../shared/data/osv', import.meta.url));
const OS = { id: 'almalinux', idLike: ['rhel'], versionId: '9.4' };
const ECOSYSTEM = 'AlmaLinux:9';
const IMAGES = 500;
const PACKAGES = 300;
/** Names that a registry's images share: an installation of AlmaLinux is made from some thousand. */
const NAMES = 1000;
/** Packages matched in a second, of images with about 300. */
const BAR = 200_000;

/** Matches images of AlmaLinux against a database of the real feed. Nothing where the feed is not there. */
export async function benchMatch(seconds: number, say: (text: string) => void): Promise<readonly Measure[]> {
  if (!existsSync(OSV)) {
    say(`  skipped: no folder ${OSV}\n`);
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  try {
    const output = join(folder, 'advisories.db');
    const began = performance.now();
    const { signal } = new AbortController();
    await buildDatabase({ output, from: [new FolderBucket(OSV)], clock: systemClock, signal });
    const buildSeconds = (performance.now() - began) / 1000;
    using database = AdvisoryDatabase.open(output);
    const random = new Random(1);
    const all = knownPackages(output, database);
    const known = Array.from({ length: NAMES }, () => all[random.below(all.length)]).filter((one) => one !== undefined);
    const images = Array.from({ length: IMAGES }, () => randomPackages(PACKAGES, known, random));
    return [
      { name: 'scan: database of the feeds', value: buildSeconds, unit: 's', bar: 30, atMost: true, detail: {} },
      measure(database, images, seconds),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** By processor time: one thread, and what else runs on the machine is not its business. The first pass warms up. */
function measure(database: AdvisoryDatabase, images: readonly (readonly LocatedPackage[])[], seconds: number): Measure {
  const now = systemClock.now();
  const match = (packages: readonly LocatedPackage[]): number =>
    matchInventory({ os: OS, packages, ownerByPath: new Map() }, database, { now }).findings.length;
  for (const image of images) match(image);
  let packages = 0;
  let findings = 0;
  const began = process.cpuUsage();
  let used = 0;
  while (used < seconds) {
    for (const image of images) findings += match(image);
    packages += images.length * PACKAGES;
    const { user, system } = process.cpuUsage(began);
    used = (user + system) / 1e6;
  }
  return {
    name: 'scan: matching',
    value: packages / used,
    unit: 'packages/s',
    bar: BAR,
    detail: { packages, findings, 'processor seconds': used },
  };
}

function knownPackages(file: string, database: AdvisoryDatabase): readonly KnownPackage[] {
  const names = new DatabaseSync(file, { readOnly: true });
  try {
    return names
      .prepare('SELECT package FROM affected WHERE ecosystem = ?')
      .all(ECOSYSTEM)
      .map((row) => String(row['package']))
      .map((name) => ({ name, versions: fixesOf(database, name) }));
  } finally {
    names.close();
  }
}

function fixesOf(database: AdvisoryDatabase, name: string): readonly string[] {
  return database
    .affecting(ECOSYSTEM, name)
    .flatMap(({ ranges }) => ranges.flatMap(({ events }) => events))
    .flatMap((event) => ('fixed' in event ? event.fixed : []))
    .toSorted((a, b) => {
      const comparison = compareVersions('rpm', a, b);
      return comparison.ok ? comparison.order : 0;
    });
}
