import type { Severity } from '@bulkhead/core';
import type { LocatedPackage, Location } from '../package/package.ts';

/** An advisory, secret or misconfiguration found in a thing, with its evidence. */
export type Finding = VulnerabilityFinding | SecretFinding | MisconfigurationFinding;

export interface VulnerabilityFinding {
  readonly kind: 'vulnerability';
  /** The name people know: the CVE where there is one, else the advisory's id. */
  readonly id: string;
  readonly advisory: string;
  readonly source: string;
  readonly aliases: readonly string[];
  readonly package: LocatedPackage;
  /** The version that fixes it, nearest first; empty where there is none. */
  readonly fixedVersions: readonly string[];
  readonly status: 'affected' | 'fixed' | 'will-not-fix' | 'end-of-life';
  readonly severity: Severity;
  readonly cvss?: { readonly vector: string; readonly score: number };
  readonly epss?: { readonly probability: number; readonly percentile: number };
  readonly kev?: { readonly dateAdded: string; readonly dueDate?: string; readonly ransomware: boolean };
  readonly risk: Risk;
  readonly title: string;
  readonly references: readonly string[];
  readonly published?: string;
  readonly explanation: MatchExplanation;
  /** Set where a statement says that the finding does not count; such findings are shown apart and never fail a scan. */
  readonly suppressed?: Suppression;
}

/** How a package and an advisory were compared: what `--explain` prints. */
export interface MatchExplanation {
  readonly matchedName: string;
  readonly by: 'source' | 'binary';
  readonly installedVersion: string;
  readonly comparedVersion: string;
  readonly scheme: string;
  readonly epochRule?: 'missing-is-zero' | 'ignored-on-both-sides';
  /** The range or version list that holds the version, in words. */
  readonly range: string;
  readonly ecosystem: string;
}

export interface Suppression {
  readonly by: 'vex' | 'ignore-file' | 'distribution' | 'not-affected';
  /** Which statement: file and line, VEX id, or owning package. */
  readonly statement: string;
  readonly reason: string;
}

/** 0 to 100, and the terms it was made from, so that a reader can follow it. */
export interface Risk {
  readonly score: number;
  readonly terms: readonly { readonly name: string; readonly value: number }[];
}

export interface SecretFinding {
  readonly kind: 'secret';
  readonly id: string;
  readonly severity: Severity;
  readonly confidence: 'low' | 'medium' | 'high';
  readonly masked: string;
  readonly location: Location;
  readonly suppressed?: Suppression;
}

export interface MisconfigurationFinding {
  readonly kind: 'misconfiguration';
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly why: string;
  readonly fix: string;
  readonly subject?: string;
  readonly references: readonly string[];
  readonly location: Location;
  readonly suppressed?: Suppression;
}
