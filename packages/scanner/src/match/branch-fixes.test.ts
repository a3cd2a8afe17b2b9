import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocatedPackage } from '../package/package.ts';
import { type MatchResult, matchInventory } from './match-inventory.ts';
import { advisoryAbout, fixedIn, located, memorySource, together } from './test-support/memory-source.ts';
import { hasOsv, OSV_FOLDER, osvSource } from './test-support/osv-zip.ts';

const NOW = Date.parse('2026-11-25');
const ALMA_9 = { id: 'almalinux', idLike: ['rhel'], versionId: '9.4' };

type Erratum = readonly [id: string, fixed: string];

/** Holds a build of pcp against errata that all name one CVE. */
function hold(version: string, ...errata: readonly Erratum[]): MatchResult['findings'] {
  const parts = errata.map(([id, fixed]) =>
    advisoryAbout(id, { ecosystem: 'AlmaLinux:9', name: 'pcp', ranges: fixedIn(fixed) }, { aliases: ['CVE-2024-1'] }),
  );
  const packages = [located({ type: 'rpm', name: 'pcp', version, vendor: 'AlmaLinux' })];
  const inventory = { os: ALMA_9, packages, ownerByPath: new Map() };
  return matchInventory(inventory, memorySource(together(...parts)), { now: NOW }).findings;
}

const HERE: Erratum = ['ALSA-2024:1', '6.2.0-5.el9_4'];
const NEXT: Erratum = ['ALSA-2024:2', '6.2.2-7.el9_5.alma.1'];

describe('a vulnerability that errata of two minor releases name', () => {
  it('does not count where the package has the fix of its own', () => {
    const [finding, ...more] = hold('6.2.0-5.el9_4', HERE, NEXT);

    expect(more).toEqual([]);
    expect(finding).toMatchObject({ id: 'CVE-2024-1', advisory: 'ALSA-2024:2' });
    expect(finding?.suppressed).toEqual({
      by: 'distribution',
      statement: 'ALSA-2024:1 (6.2.0-5.el9_4)',
      reason:
        'fixed in the branch of 6.2.0-5.el9_4; ALSA-2024:2 (6.2.2-7.el9_5.alma.1) is the same fix for the next minor release',
    });
  });

  it.each<[string, string, readonly Erratum[]]>([
    ['the package lacks the fix of its own', '6.2.0-4.el9_4', [HERE, NEXT]],
    ['the package is of the next release, and before its fix', '6.2.2-6.el9_5', [HERE, NEXT]],
    ['its own release has a second fix that it lacks', '6.2.0-5.el9_4', [HERE, ['ALSA-2024:3', '6.2.0-6.el9_4'], NEXT]],
    ['the next release was fixed twice', '6.2.0-5.el9_4', [HERE, NEXT, ['ALSA-2024:4', '6.2.2-9.el9_5']]],
    ['the other fix is of a release after the next', '6.2.0-5.el9_4', [HERE, ['ALSA-2024:2', '6.2.2-7.el9_6']]],
    ['the other fix is of the main line', '6.2.0-5.el9_4', [HERE, ['ALSA-2024:2', '6.2.2-7.el9']]],
    ['the package is of the main line', '6.2.0-5.el9', [['ALSA-2024:1', '6.2.0-5.el9'], NEXT]],
    ['its own release has no fix', '6.2.0-5.el9_4', [NEXT]],
    ['it is of another distribution release', '6.2.0-5.el8_4', [['ALSA-2024:1', '6.2.0-5.el8_4'], NEXT]],
  ])('counts where %s', (_, version, errata) => {
    const findings = hold(version, ...errata);

    expect(findings).toHaveLength(1);
    expect(findings[0]?.suppressed).toBeUndefined();
  });

  it('counts for builds of modules, which do not say whether a second erratum repeats a fix or completes it', () => {
    // CVE-2022-31629 of PHP was fixed in 8.8, and again a year and a half later.
    const [finding] = hold(
      '8.1.14-1.module_el9.2.0+24+ca6bd7c2',
      ['ALSA-2023:2417', '8.1.14-1.module_el9.2.0+24+ca6bd7c2'],
      ['ALSA-2024:10950', '8.1.30-1.module_el9.3.0+131+62ecd687'],
    );

    expect(finding?.id).toBe('CVE-2024-1');
    expect(finding?.suppressed).toBeUndefined();
  });

  it('is never taken out of the findings, and counts wherever a fix of its own branch is missing', () => {
    const build = fc.record({ number: fc.integer({ min: 1, max: 6 }), minor: fc.integer({ min: 3, max: 6 }) });
    const text = ({ number, minor }: { number: number; minor: number }): string => `1.${minor}-${number}.el9_${minor}`;
    fc.assert(
      fc.property(build, fc.array(build, { minLength: 1, maxLength: 6 }), (installed, fixes) => {
        const findings = hold(text(installed), ...fixes.map((one, at): Erratum => [`ALSA-2024:${at}`, text(one)]));
        const missing = fixes.filter(
          (one) => one.minor > installed.minor || (one.minor === installed.minor && one.number > installed.number),
        );

        expect(findings).toHaveLength(missing.length > 0 ? 1 : 0);
        const ownFixes = fixes.filter((one) => one.minor === installed.minor);
        const isWhole = ownFixes.length > 0 && ownFixes.every(({ number }) => number <= installed.number);
        expect(findings[0]?.suppressed === undefined || isWhole).toBe(true);
      }),
    );
  });
});

describe('real errata', () => {
  it.skipIf(!hasOsv())(
    `clear AlmaLinux packages that have the fix of their own branch, and no others (${OSV_FOLDER})`,
    () => {
      const source = osvSource('AlmaLinux');
      const findingsOf = (release: string, name: string, version: string): MatchResult['findings'] => {
        const one: LocatedPackage = located({ type: 'rpm', name, version, vendor: 'AlmaLinux' });
        const os = { ...ALMA_9, versionId: release };
        return matchInventory({ os, packages: [one], ownerByPath: new Map() }, source, { now: NOW }).findings;
      };
      const standing = (findings: MatchResult['findings']): string[] =>
        findings.filter(({ suppressed }) => suppressed === undefined).map(({ id }) => id);

      // ALSA-2024:6848 fixed it in 9.4, ALSA-2024:9452 in 9.5.
      expect(standing(findingsOf('9', 'pcp', '6.2.0-5.el9_4'))).not.toContain('CVE-2024-45769');
      expect(standing(findingsOf('9', 'pcp', '6.2.0-2.el9_4'))).toContain('CVE-2024-45769');
      expect(standing(findingsOf('9', 'pcp', '6.2.2-6.el9_5'))).toContain('CVE-2024-45769');
      // glibc's iconv: 8.9 and 8.10.
      expect(standing(findingsOf('8', 'glibc', '2.28-236.el8_9.13'))).not.toContain('CVE-2024-2961');
      expect(standing(findingsOf('8', 'glibc', '2.28-236.el8_9.12'))).toContain('CVE-2024-2961');
      // httpd's first fix, in the main line, was not enough.
      expect(standing(findingsOf('9', 'httpd', '2.4.62-1.el9'))).toContain('CVE-2023-38709');
    },
  );
});
