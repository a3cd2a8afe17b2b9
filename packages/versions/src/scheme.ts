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

/** Whether `a` is older than (-1), equal to (0) or newer than (1) `b`; a version that does not parse has no order. */
export type VersionComparison =
  | { readonly ok: true; readonly order: -1 | 0 | 1 }
  | { readonly ok: false; readonly version: string; readonly reason: string };
