import type { Finding } from '../../finding/finding.ts';
import type { OsRelease } from '../../package/os-release.ts';
import type { LocatedPackage } from '../../package/package.ts';
import { toPurl } from '../../package/purl.ts';
import type { ReportOptions } from '../format.ts';
import { fingerprint } from '../model/fingerprint.ts';
import { sortFindings } from '../model/group.ts';
import type { ScanReport } from '../scan-report.ts';
import type { JsonScanReport } from './schema.ts';

/** Raised with the schema; repeated here so that writing a report loads no schema library. */
const SCHEMA_VERSION = 1;

/** The report as JSON and templates see it. Fields are in the order people read them. */
export function reportDocument(report: ScanReport, options: ReportOptions): JsonScanReport {
  const { counted, suppressed } = sortFindings(report);
  const { os, database, gaps, scanners, hidden = 0 } = report;
  return plain({
    schemaVersion: SCHEMA_VERSION,
    tool: { ...options.tool },
    subject: report.subject,
    ...(os !== undefined && { os }),
    status: report.status,
    ...(database !== undefined && { database }),
    ...(scanners !== undefined && { scanners }),
    ...(hidden > 0 && { hidden }),
    packageCount: report.packages.length,
    findings: counted.map((finding) => findingOf(finding, os)),
    suppressed: suppressed.map((finding) => findingOf(finding, os)),
    gaps,
    ...(options.listPackages === true && { packages: report.packages.map((one) => packageOf(one, os)) }),
  });
}

function findingOf(finding: Finding, os: OsRelease | undefined): object {
  const { kind, id, severity, ...rest } = finding;
  const head = { kind, id, severity, fingerprint: fingerprint(finding) };
  return finding.kind === 'vulnerability'
    ? { ...head, ...rest, package: packageOf(finding.package, os) }
    : { ...head, ...rest };
}

function packageOf(subject: LocatedPackage, os: OsRelease | undefined): object {
  return { purl: toPurl(subject, os), ...subject };
}

/** The document's type is the schema's; a test proves that the two are one. */
function plain(document: object): JsonScanReport {
  return document as JsonScanReport;
}
