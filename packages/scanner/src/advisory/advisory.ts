import type { Severity } from '@bulkhead/core';

/** A published statement about a vulnerability: an OSV record, reduced to what matching and reports need. */
export interface Advisory {
  /** The record's own id: `ALSA-2024:1234`, `GO-2024-2599`, `GHSA-…`. */
  readonly id: string;
  /** The feed it came from, such as `AlmaLinux`. */
  readonly source: string;
  /** Other names of the same vulnerability, CVEs first: aliases, upstream, and related where the feed puts CVEs there. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly published?: string;
  readonly modified: string;
  readonly withdrawn?: string;
  readonly severity: Severity;
  readonly cvss: readonly { readonly vector: string; readonly score: number }[];
  readonly cwes: readonly string[];
  readonly references: readonly string[];
  /** False for errata that fix bugs and not vulnerabilities (ALBA, ALEA). */
  readonly security: boolean;
}

/** One affected package of an advisory: OSV schema 1.7, `affected[]`. */
export interface AffectedPackage {
  readonly advisory: string;
  /** As OSV writes it: `AlmaLinux:8`, `Debian:12`, `Go`. */
  readonly ecosystem: string;
  readonly name: string;
  readonly ranges: readonly VersionRange[];
  readonly versions: readonly string[];
  /** Limits beyond name and version: `modularity`, `arch`, Go's affected symbols … as the feed says. */
  readonly qualifiers?: Readonly<Record<string, string | readonly string[]>>;
  /** A feed's own word that the package is not affected, or that no fix will come. */
  readonly status?: 'not-affected' | 'will-not-fix' | 'end-of-life';
}

export interface VersionRange {
  readonly type: 'ECOSYSTEM' | 'SEMVER' | 'GIT';
  readonly events: readonly RangeEvent[];
}
export type RangeEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly last_affected: string }
  | { readonly limit: string };
