import { compareVersions } from '@bulkhead/versions';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AffectedPackage } from '../advisory/advisory.ts';
import type { LocatedPackage } from '../package/package.ts';
import { matchInventory } from './match-inventory.ts';
import { located } from './test-support/memory-source.ts';
import { hasOsv, OSV_FOLDER, osvSource } from './test-support/osv-zip.ts';

const NOW = Date.parse('2026-11-25');
const ALMA_9 = { id: 'almalinux', idLike: ['rhel'], versionId: '9.4' };

describe('real feeds', () => {
  beforeEach(({ skip }) => skip(!hasOsv(), `no folder ${OSV_FOLDER}`));

  it("finds WebKit's vulnerability in AlmaLinux 9 below its fix and not at it", () => {
    const packages = [
      located({ type: 'rpm', name: 'webkit2gtk3', version: '2.36.6-1.el9_0', vendor: 'AlmaLinux' }),
      located({ type: 'rpm', name: 'webkit2gtk3-jsc', version: '2.36.7-1.el9_0', vendor: 'AlmaLinux' }),
    ];

    const { findings, gaps } = matchInventory(
      { os: ALMA_9, packages, ownerByPath: new Map() },
      osvSource('AlmaLinux'),
      {
        now: NOW,
      },
    );

    const found = findings.filter(({ id }) => id === 'CVE-2022-32893');
    expect(found.map((one) => [one.package.name, one.advisory, one.fixedVersions[0]])).toEqual([
      ['webkit2gtk3', 'ALSA-2022:6634', '2.36.7-1.el9_0'],
    ]);
    expect(findings.every(({ advisory }) => advisory.startsWith('ALSA-'))).toBe(true);
    expect(gaps).toEqual([]);
  });

  it("finds what is wrong in Go's standard library and modules", () => {
    const go = { type: 'golang', name: 'stdlib', version: 'go1.22.0' } as const;
    const packages = [
      located(go),
      located({ ...go, version: 'go1.21.8', location: { path: 'fixed' } }),
      located({ type: 'golang', namespace: 'golang.org/x', name: 'net', version: 'v0.22.0' }),
    ];

    const { findings, gaps } = matchInventory({ packages, ownerByPath: new Map() }, osvSource('Go'), { now: NOW });

    const multipart = findings.filter(({ id }) => id === 'CVE-2023-45290');
    expect(multipart.map((one) => [one.package.version, one.explanation.range, one.fixedVersions])).toEqual([
      ['go1.22.0', '>= 1.22.0-0, < 1.22.1', ['1.22.1']],
    ]);
    expect(findings.filter((one) => one.package.name === 'net').map(({ id }) => id)).toContain('CVE-2023-45288');
    expect(gaps).toEqual([]);
  });

  it.each(['AlmaLinux:8', 'AlmaLinux:9', 'AlmaLinux:10'])(
    "holds a sample of %s's security entries below their fix, and not at it",
    (ecosystem) => {
      const source = osvSource('AlmaLinux');
      const os = { ...ALMA_9, versionId: ecosystem.slice('AlmaLinux:'.length) };
      const fixes = lastFixes(source.all.filter((one) => one.ecosystem === ecosystem && isSecurity(one.advisory)));
      const at = (version: string, path: string, name: string): LocatedPackage =>
        located({ type: 'rpm', name, version, location: { path } });

      const match = (packages: readonly LocatedPackage[]): ReadonlySet<string> => {
        const { findings, gaps } = matchInventory({ os, packages, ownerByPath: new Map() }, source, { now: NOW });
        expect(gaps).toEqual([]);
        return new Set(
          findings.flatMap((one) => [one.advisory, ...one.aliases].map((id) => `${one.package.location.path} ${id}`)),
        );
      };
      // At a fix every later advisory is found: one in a hundred is enough to hold against all.
      const some = fixes.filter((_, index) => index % 100 === 0);
      const fixed = match(some.map(({ key, name, version }) => at(version, key, name)));
      const plain = fixes.filter(({ version }, index) => index % 20 === 0 && !version.includes('.module'));
      const names = new Set(plain.map(({ name }) => name));
      const old = match([...names].map((name) => at('0-0', name, name)));

      expect(fixes.length).toBeGreaterThan(4000);
      expect(some.filter(({ key, advisory }) => fixed.has(`${key} ${advisory}`))).toEqual([]);
      expect(plain.filter(({ name, advisory }) => !old.has(`${name} ${advisory}`))).toEqual([]);
    },
  );
});

interface LastFix {
  readonly key: string;
  readonly advisory: string;
  readonly name: string;
  readonly version: string;
}

/** The newest fix that an advisory names for a package, apart for builds in and outside modules. */
function lastFixes(entries: readonly AffectedPackage[]): readonly LastFix[] {
  const byKey = new Map<string, LastFix>();
  for (const { advisory, name, ranges } of entries) {
    for (const version of ranges.flatMap(({ events }) =>
      events.flatMap((event) => ('fixed' in event ? event.fixed : [])),
    )) {
      const key = `${advisory}/${name}/${version.includes('.module') ? 'module' : 'plain'}`;
      const known = byKey.get(key);
      const order = known === undefined ? undefined : compareVersions('rpm', known.version, version);
      if (order === undefined || (order.ok && order.order < 0)) byKey.set(key, { key, advisory, name, version });
    }
  }
  return [...byKey.values()];
}

function isSecurity(advisory: string): boolean {
  return advisory.startsWith('ALSA-');
}
