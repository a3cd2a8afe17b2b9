import { compareText, type Severity } from '@bulkhead/core';
import type { Finding } from '../../finding/finding.ts';
import type { Inventory } from '../../image/inventory.ts';
import type { DatabaseStatus, ScannerName, ScanReport, ScanSubject } from '../scan-report.ts';
import { compareFindings, comparePackages } from './order.ts';

/** What one scan gave, in any order. */
export interface ReportParts {
  readonly subject: ScanSubject;
  readonly inventory: Inventory;
  readonly findings: readonly Finding[];
  /** Absent where vulnerabilities were not looked for. */
  readonly database?: DatabaseStatus;
  readonly scanners?: readonly ScannerName[];
  /** The day security updates of the operating system end or ended, and whether it has come. */
  readonly endOfLife?: { readonly date?: string; readonly reached: boolean };
}

/** Puts a report together: sorted, so that equal scans give equal reports, and partial where there is a gap. */
export function buildReport({ subject, inventory, findings, database, scanners, endOfLife }: ReportParts): ScanReport {
  const { os, packages } = inventory;
  const gaps = inventory.gaps.toSorted(
    (a, b) =>
      compareText(a.layer ?? '', b.layer ?? '') ||
      compareText(a.path ?? '', b.path ?? '') ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  );
  return {
    subject,
    ...(os !== undefined && {
      os: {
        ...os,
        ...(endOfLife?.date !== undefined && { endOfLife: endOfLife.date }),
        ...(endOfLife !== undefined && { endOfLifeReached: endOfLife.reached }),
      },
    }),
    status: gaps.length === 0 ? 'complete' : 'partial',
    packages: packages.toSorted(comparePackages),
    findings: findings.toSorted(compareFindings),
    gaps,
    ...(database !== undefined && { database }),
    ...(scanners !== undefined && { scanners }),
  };
}

/** Which findings a person wants to see; what is not given filters nothing. */
export interface FindingFilter {
  readonly severities?: ReadonlySet<Severity>;
  /** Leaves out vulnerabilities that nobody has fixed. */
  readonly ignoreUnfixed?: boolean;
}

/** A report with the findings that a filter leaves, suppressed ones alike. */
export function filterFindings(report: ScanReport, { severities, ignoreUnfixed }: FindingFilter): ScanReport {
  const findings = report.findings.filter(
    (finding) =>
      (severities === undefined || severities.has(finding.severity)) &&
      (ignoreUnfixed !== true || finding.kind !== 'vulnerability' || finding.fixedVersions.length > 0),
  );
  const hidden = (report.hidden ?? 0) + report.findings.length - findings.length;
  return { ...report, findings, ...(hidden > 0 && { hidden }) };
}
