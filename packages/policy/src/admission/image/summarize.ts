import { type Confidence, compareSeverities, compareText, printable, type Severity } from '@bulkhead/core';
import {
  type ImageScan,
  type ImageScannerName,
  type ImageSecret,
  type ImageVulnerability,
  MAX_ID,
  MAX_SECRETS,
  MAX_VULNERABILITIES,
  MAX_WORDS,
} from './known-image.ts';

/** A finding of a scan, as far as admission asks; what else it has is passed over. */
export type ScanFinding =
  | {
      readonly kind: 'vulnerability';
      readonly id: string;
      readonly severity: Severity;
      readonly package: { readonly name: string; readonly version: string };
      readonly fixedVersions: readonly string[];
      readonly cvss?: { readonly score: number } | undefined;
      readonly epss?: { readonly probability: number } | undefined;
      readonly kev?: object | undefined;
      readonly published?: string | undefined;
      readonly suppressed?: object | undefined;
    }
  | {
      readonly kind: 'secret';
      readonly id: string;
      readonly severity: Severity;
      readonly confidence: Confidence;
      readonly location: { readonly path: string };
      readonly suppressed?: object | undefined;
    }
  | { readonly kind: 'misconfiguration' };

/** A scan as whoever made it has it. */
export interface WholeScan {
  readonly scannedAt?: string;
  readonly scanners: readonly ImageScannerName[];
  readonly gaps: number;
  readonly findings: readonly ScanFinding[];
}

/** What admission keeps of a scan: each vulnerability of a package once, worst first, and texts of bounded length. */
export function summarizeScan({ scannedAt, scanners, gaps, findings }: WholeScan): ImageScan {
  const vulnerabilities = new Map<string, ImageVulnerability>();
  const secrets: ImageSecret[] = [];
  for (const finding of findings) {
    if (finding.kind === 'misconfiguration' || finding.suppressed !== undefined) continue;
    if (finding.kind === 'secret') {
      const { id, severity, confidence, location } = finding;
      secrets.push({ id: shortened(id, MAX_ID), path: shortened(location.path, MAX_WORDS), severity, confidence });
      continue;
    }
    const one = vulnerabilityOf(finding);
    const key = `${one.id}\0${one.package}`;
    const before = vulnerabilities.get(key);
    if (before === undefined || compareVulnerabilities(one, before) < 0) vulnerabilities.set(key, one);
  }
  const sorted = [...vulnerabilities.values()].toSorted(compareVulnerabilities);
  const worst = secrets.toSorted(compareSecrets);
  return {
    ...(scannedAt !== undefined && { scannedAt }),
    scanners: [...scanners],
    gaps,
    vulnerabilities: sorted.slice(0, MAX_VULNERABILITIES),
    secrets: worst.slice(0, MAX_SECRETS),
    omitted: {
      vulnerabilities: Math.max(sorted.length - MAX_VULNERABILITIES, 0),
      secrets: Math.max(worst.length - MAX_SECRETS, 0),
    },
  };
}

function vulnerabilityOf(finding: Extract<ScanFinding, { readonly kind: 'vulnerability' }>): ImageVulnerability {
  const { id, severity, package: named, fixedVersions, cvss, epss, kev, published } = finding;
  const [fix] = fixedVersions;
  return {
    id: shortened(id, MAX_ID),
    package: shortened(`${named.name} ${named.version}`, MAX_WORDS),
    severity,
    ...(fix !== undefined && { fix: shortened(fix, MAX_WORDS) }),
    ...(cvss !== undefined && { score: within(cvss.score, 10) }),
    ...(epss !== undefined && { epss: within(epss.probability, 1) }),
    ...(kev !== undefined && { kev: true as const }),
    ...(published !== undefined && { published: shortened(published, MAX_WORDS) }),
  };
}

/** What is known to be exploited first, then by severity, score, probability, name and package. */
function compareVulnerabilities(a: ImageVulnerability, b: ImageVulnerability): number {
  return (
    Number(b.kev ?? false) - Number(a.kev ?? false) ||
    compareSeverities(b.severity, a.severity) ||
    (b.score ?? 0) - (a.score ?? 0) ||
    (b.epss ?? 0) - (a.epss ?? 0) ||
    Number(b.fix !== undefined) - Number(a.fix !== undefined) ||
    compareText(a.id, b.id) ||
    compareText(a.package, b.package) ||
    compareText(a.fix ?? '', b.fix ?? '') ||
    compareText(a.published ?? '', b.published ?? '')
  );
}

function compareSecrets(a: ImageSecret, b: ImageSecret): number {
  return compareSeverities(b.severity, a.severity) || compareText(a.path, b.path) || compareText(a.id, b.id);
}

function within(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

/** Text of an image, for people and of bounded length; never empty. */
function shortened(text: string, most: number): string {
  return printable(text.toWellFormed(), most) || '?';
}
