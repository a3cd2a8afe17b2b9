/** The ways of ordering versions that are known, each a folder of its own. */
export const VERSION_SCHEMES = [
  'apk',
  'composer',
  'cran',
  'deb',
  'gem',
  'go',
  'hackage',
  'maven',
  'nuget',
  'pep440',
  'pub',
  'rpm',
  'semver',
] as const;
export type VersionScheme = (typeof VERSION_SCHEMES)[number];

/** Older (-1), equal (0) or newer (1). */
export type Order = -1 | 0 | 1;

/** Whether `a` is older than (-1), equal to (0) or newer than (1) `b`; a version that does not parse has no order. */
export type VersionComparison =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly version: string; readonly reason: string };

/** What one scheme makes of a text: its own form of the version, or why it is none. */
export type SchemeReading<Version> =
  | { readonly ok: true; readonly version: Version }
  | { readonly ok: false; readonly reason: string };

/**
 * One way of ordering versions. `parse` gets text that is not empty, bounded and without white space or control
 * characters, takes linear time, and never throws. `compare` is a total order on what `parse` gives.
 */
export interface VersionRules<Version> {
  parse(text: string): SchemeReading<Version>;
  compare(a: Version, b: Version): Order;
}
