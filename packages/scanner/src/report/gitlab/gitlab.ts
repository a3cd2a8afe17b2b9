import type { Severity } from '@bulkhead/core';
import type { VulnerabilityFinding } from '../../finding/finding.ts';
import type { ReportOptions } from '../format.ts';
import { isWebLink } from '../model/escape.ts';
import { fingerprint, uuidOf } from '../model/fingerprint.ts';
import { sortFindings } from '../model/group.ts';
import { noticesOf } from '../model/notices.ts';
import { fixOf, fullName, systemOf } from '../model/words.ts';
import type { ScanReport } from '../scan-report.ts';

/** The version of GitLab's security report schemas that is written. */
const SCHEMA_VERSION = '15.0.4';
const SEVERITY_NAMES: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  negligible: 'Info',
  unknown: 'Unknown',
};
/** Bounds of the schema, in characters. */
const MAX_NAME = 255;
const MAX_DESCRIPTION = 1_048_576;
const MAX_SOLUTION = 7000;

/**
 * GitLab's container scanning report: vulnerabilities only, since the schema has no place for other findings. What
 * could not be looked at is a message of the scan; what is suppressed is left out, as GitLab has no word for it.
 */
export function* gitlabReport(report: ScanReport, options: ReportOptions): Generator<string> {
  const time = new Date(options.createdAt).toISOString().slice(0, 19);
  const tool = { id: options.tool.name, name: 'Bulkhead', version: options.tool.version, vendor: { name: 'Bulkhead' } };
  const findings = sortFindings(report).counted.filter((finding) => finding.kind === 'vulnerability');
  const document = {
    version: SCHEMA_VERSION,
    scan: {
      analyzer: tool,
      scanner: tool,
      type: 'container_scanning',
      start_time: time,
      end_time: time,
      status: 'success',
      messages: noticesOf(report).map(({ text }) => ({ level: 'warn', value: text })),
    },
    vulnerabilities: findings.map((finding) => vulnerability(finding, report)),
    remediations: [],
  };
  yield `${JSON.stringify(document, null, 2)}\n`;
}

function vulnerability(finding: VulnerabilityFinding, report: ScanReport): object {
  const solution = fixOf(finding);
  return {
    id: uuidOf(fingerprint(finding)),
    name: cut(finding.title === '' ? finding.id : finding.title, MAX_NAME),
    description: cut(
      `${finding.title}\n\nFound in ${fullName(finding.package)} ${finding.package.version}`,
      MAX_DESCRIPTION,
    ),
    severity: SEVERITY_NAMES[finding.severity],
    ...(solution !== undefined && { solution: cut(solution, MAX_SOLUTION) }),
    identifiers: [...new Set([finding.id, finding.advisory, ...finding.aliases])].map(identifier),
    links: finding.references.filter(isWebLink).map((url) => ({ url })),
    location: {
      dependency: { package: { name: fullName(finding.package) }, version: finding.package.version },
      operating_system: systemOf(report) ?? 'unknown',
      image: report.subject.name === '' ? 'unknown' : report.subject.name,
    },
  };
}

function identifier(id: string): object {
  const kind = /^(CVE|GHSA)-/.exec(id)?.[1]?.toLowerCase() ?? 'osv';
  const url =
    kind === 'cve'
      ? `https://www.cve.org/CVERecord?id=${id}`
      : `https://osv.dev/vulnerability/${encodeURIComponent(id.toWellFormed())}`;
  return { type: kind, name: id, value: id, url };
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`.toWellFormed();
}
