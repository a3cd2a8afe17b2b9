import type { LocatedPackage } from '../package/package.ts';
import type { DistributionEcosystem } from './distribution-ecosystem.ts';

/** Marks that well-known repositories beside the distribution leave in their versions. */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/[~+.]?ppa\d*\b|~ppa/, 'a personal package archive'],
  [/sury\.org/, 'deb.sury.org'],
  [/\.pgdg\d*/, 'apt.postgresql.org'],
  [/\.remi(?:$|\.)/, 'Remi'],
  [/\.elrepo(?:$|\.)/, 'ELRepo'],
  [/~(?:ubuntu-)?(?:jammy|focal|noble|bionic|bookworm|bullseye|buster|trixie)$/, 'a vendor of its own'],
];

/** Any of them, since most versions have none. */
const MARK = new RegExp(MARKS.map(([mark]) => mark.source).join('|'));

/**
 * Who built a package that is not the distribution's own: its advisories do not speak of such a build, whose versions
 * mean something else. Undefined for the distribution's own, and where nothing says otherwise.
 */
export function thirdParty(one: LocatedPackage, ecosystem: DistributionEcosystem): string | undefined {
  if (one.vendor !== undefined && ecosystem.vendors !== undefined && !ecosystem.vendors.test(one.vendor)) {
    return one.vendor;
  }
  return MARK.test(one.version) ? MARKS.find(([mark]) => mark.test(one.version))?.[1] : undefined;
}
