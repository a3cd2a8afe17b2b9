/** The package types of the purl specification that are read; `type` is what a purl begins with. */
export const PACKAGE_TYPES = [
  'apk',
  'cargo',
  'cocoapods',
  'composer',
  'conan',
  'deb',
  'gem',
  'generic',
  'golang',
  'hex',
  'maven',
  'npm',
  'nuget',
  'pub',
  'pypi',
  'rpm',
  'swift',
] as const;
export type PackageType = (typeof PACKAGE_TYPES)[number];

/** What a binary package of a distribution was built from; advisories mostly name this one. */
export interface SourcePackage {
  readonly name: string;
  /** Absent where the database does not say and it may differ from the binary's. */
  readonly version?: string;
}

/** One piece of installed or declared software, as its own database writes it. */
export interface Package {
  readonly type: PackageType;
  /** As in a purl: Maven's group, an npm scope with its "@", a Go module's host and path; absent for distributions. */
  readonly namespace?: string;
  readonly name: string;
  /** With its epoch where there is one (`1:2.3-4`). */
  readonly version: string;
  readonly arch?: string;
  readonly source?: SourcePackage;
  readonly licenses?: readonly string[];
  /** Who built it, where the database says so: third-party builds are not judged by the distribution's advisories. */
  readonly vendor?: string;
  /** RPM's `MODULARITYLABEL`: name:stream:version:context. */
  readonly modularity?: string;
  /** Absent for what runs in production. */
  readonly scope?: 'development' | 'optional';
  /** Digest the lock file or manifest declares, as `sha512-…` (SRI). */
  readonly integrity?: string;
}

/** Where something was found. `path` is relative to the root of the image or folder and has no leading slash. */
export interface Location {
  readonly path: string;
  /** Archives inside the file, outermost first: `['WEB-INF/lib/a.jar']`. */
  readonly within?: readonly string[];
  readonly line?: number;
  /** Diff id of the layer that brought the file. */
  readonly layer?: string;
}

/** A package and who found it where. */
export interface LocatedPackage extends Package {
  /** Id of the reader. */
  readonly reader: string;
  readonly location: Location;
}
