import { compareNumeralLists, type Numeral, numeral } from '../numeral.ts';
import type { Order, SchemeReading, VersionRules } from '../scheme.ts';
import { comparePrereleases, type Identifier, identifiers } from '../semver/semantic-version.ts';

interface NugetVersion {
  readonly numbers: readonly Numeral[];
  readonly prerelease: readonly Identifier[];
}

const SHAPE = /^[vV]?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?$/;

/**
 * NuGet's order (learn.microsoft.com/nuget/concepts/package-versioning): up to four numbers, pre-releases without regard
 * to case, no order among build metadata.
 */
export const nugetRules: VersionRules<NugetVersion> = { parse, compare };

function parse(text: string): SchemeReading<NugetVersion> {
  const parts = SHAPE.exec(text);
  if (parts === null) return { ok: false, reason: 'it is not of the form major.minor.patch.revision-prerelease' };
  const [, major = '', minor = '', patch = '', revision = '', prerelease] = parts;
  return {
    ok: true,
    version: {
      numbers: [numeral(major), numeral(minor), numeral(patch), numeral(revision)],
      prerelease: prerelease === undefined ? [] : identifiers(prerelease.toLowerCase()),
    },
  };
}

function compare(a: NugetVersion, b: NugetVersion): Order {
  return compareNumeralLists(a.numbers, b.numbers) || comparePrereleases(a.prerelease, b.prerelease);
}
