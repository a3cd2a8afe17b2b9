import type { Finding } from '../../finding/finding.ts';
import type { ScanReport } from '../scan-report.ts';

/** Findings that count, and those that a statement says do not. */
export interface SortedFindings {
  readonly counted: readonly Finding[];
  readonly suppressed: readonly (Finding & { readonly suppressed: NonNullable<Finding['suppressed']> })[];
}

/** Takes the findings of a report apart: every format shows those that are suppressed apart, or not at all. */
export function sortFindings(report: ScanReport): SortedFindings {
  return {
    counted: report.findings.filter((finding) => finding.suppressed === undefined),
    suppressed: report.findings.filter((finding) => finding.suppressed !== undefined) as SortedFindings['suppressed'],
  };
}
