import { beforeEach, describe, expect, it } from 'vitest';
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
});
