import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { compareVersions } from './compare.ts';
import type { VersionScheme } from './scheme.ts';

// osv-scalibr's vectors (Apache-2.0), which lie outside this repository.
const FOLDER = fileURLToPath(new URL('../../../../shared/data/versions/', import.meta.url));

const FILES: readonly (readonly [file: string, scheme: VersionScheme, least: number])[] = [
  ['alpine-versions.txt', 'apk', 700],
  ['alpine-versions-generated.txt', 'apk', 13_900],
  ['cran-versions.txt', 'cran', 15],
  ['cran-versions-generated.txt', 'cran', 50],
  ['debian-versions.txt', 'deb', 25],
  ['debian-versions-generated.txt', 'deb', 14_000],
  ['hackage-versions.txt', 'hackage', 10],
  ['maven-versions.txt', 'maven', 90],
  ['maven-versions-generated.txt', 'maven', 14_000],
  ['nuget-versions.txt', 'nuget', 30],
  ['packagist-versions.txt', 'composer', 80],
  ['packagist-versions-generated.txt', 'composer', 10_000],
  ['pub-versions.txt', 'pub', 90],
  ['pypi-versions.txt', 'pep440', 35],
  ['pypi-versions-generated.txt', 'pep440', 12_000],
  ['redhat-versions.txt', 'rpm', 150],
  ['rubygems-versions.txt', 'gem', 20],
  ['rubygems-versions-generated.txt', 'gem', 4_000],
  ['semver-versions.txt', 'semver', 80],
  ['semver-versions.txt', 'go', 80],
];

const ORDERS: Readonly<Record<string, number>> = { '<': -1, '=': 0, '>': 1 };

describe('published orderings', () => {
  beforeEach(({ skip }) => skip(!existsSync(FOLDER), `no folder ${FOLDER}`));

  it.each(FILES)('every line of %s holds in scheme %s, both ways round', (file, scheme, least) => {
    const wrong: string[] = [];
    let lines = 0;
    for (const line of readFileSync(FOLDER + file, 'utf8').split('\n')) {
      if (line === '' || line.startsWith('# ') || line.startsWith('// ')) continue;
      const [a = '', sign = '', b = ''] = line.split(' ');
      const order = ORDERS[sign];
      if (order === undefined) throw new Error(`not a line of the vectors: ${line}`);
      lines += 1;
      const there = compareVersions(scheme, a, b);
      const back = compareVersions(scheme, b, a);
      const holds = there.ok && back.ok && there.order === order && back.order + order === 0;
      if (!holds) wrong.push(`${line}: ${JSON.stringify(there)} ${JSON.stringify(back)}`);
    }

    expect(wrong.slice(0, 20), `${wrong.length} of ${lines}`).toEqual([]);
    expect(lines).toBeGreaterThanOrEqual(least);
  });
});
