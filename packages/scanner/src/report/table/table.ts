import { printable, SEVERITIES, type Severity } from '@bulkhead/core';
import type { Finding, MisconfigurationFinding, SecretFinding, VulnerabilityFinding } from '../../finding/finding.ts';
import type { ReportOptions } from '../format.ts';
import { sortFindings } from '../model/group.ts';
import { count, fullName, placeOf, severityWords, subjectLine } from '../model/words.ts';
import type { ScanReport } from '../scan-report.ts';
import { type Column, layOut } from './columns.ts';
import { databaseLine, endOfLifeLines, gapLines, suppressedLines } from './notes.ts';
import { type Paint, paint } from './paint.ts';

/** Where nobody says how wide the reader's terminal is. */
export const DEFAULT_COLUMNS = 100;

/** Worst first: this is what a person reads first. */
const WORST_FIRST = SEVERITIES.toReversed();

/**
 * The report for people: findings by severity, those with a fix first, then secrets and misconfigurations, what was
 * suppressed and by which statement, and what could not be looked at. Colours repeat what the words say.
 */
export function* tableReport(report: ScanReport, options: ReportOptions): Generator<string> {
  for (const piece of sections(report, options)) yield piece.toWellFormed();
}

function* sections(report: ScanReport, options: ReportOptions): Generator<string> {
  const width = options.columns ?? DEFAULT_COLUMNS;
  const colours = paint(options.colour === true);
  const { counted, suppressed } = sortFindings(report);

  yield `${colours.strong(printable(subjectLine(report)))}: ${count(report.packages.length, 'package')}\n`;
  yield* endOfLifeLines(report, colours);
  yield* databaseLine(report, options.createdAt, colours);
  for (const severity of WORST_FIRST) {
    yield* severitySection(
      severity,
      counted.filter((finding) => finding.severity === severity),
      width,
      colours,
    );
  }
  if (options.listPackages === true) yield* packageSection(report, width, colours);
  yield* suppressedLines(suppressed, width, colours);
  yield* gapLines(report.gaps, width, colours);
  yield `\n${summary(report, counted, suppressed.length)}\n`;
}

function* severitySection(
  severity: Severity,
  findings: readonly Finding[],
  width: number,
  colours: Paint,
): Generator<string> {
  if (findings.length === 0) return;
  yield `\n${colours.severity(severity, `${severity.toUpperCase()} (${findings.length})`)}\n`;
  yield* lines(
    vulnerabilityTable(
      findings.filter((finding) => finding.kind === 'vulnerability'),
      width,
    ),
  );
  yield* lines(
    misconfigurationTable(
      findings.filter((finding) => finding.kind === 'misconfiguration'),
      width,
    ),
  );
  yield* lines(
    secretTable(
      findings.filter((finding) => finding.kind === 'secret'),
      width,
    ),
  );
}

const VULNERABILITY: readonly Column[] = [
  { title: 'VULNERABILITY', most: 20 },
  { title: 'PACKAGE', most: 30 },
  { title: 'INSTALLED', most: 20 },
  { title: 'FIXED IN', most: 20 },
  { title: 'RISK', most: 13 },
  { title: 'TITLE', most: 200 },
];

function vulnerabilityTable(findings: readonly VulnerabilityFinding[], width: number): readonly string[] {
  const ambiguous = ambiguousNames(findings);
  const rows = findings.map((finding) => [
    finding.id,
    nameAndPlace(finding, ambiguous),
    finding.package.version,
    finding.fixedVersions[0] ?? noFix(finding),
    finding.kev === undefined ? finding.risk.score.toFixed(0) : `${finding.risk.score.toFixed(0)} exploited`,
    finding.title,
  ]);
  return rows.length === 0 ? [] : layOut(VULNERABILITY, rows, width, '  ');
}

/** Names of packages that lie in several places: a name alone does not find them. */
function ambiguousNames(findings: readonly VulnerabilityFinding[]): ReadonlySet<string> {
  const placeByName = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const { package: subject } of findings) {
    const name = fullName(subject);
    const place = placeOf(subject.location);
    if ((placeByName.get(name) ?? place) !== place) ambiguous.add(name);
    placeByName.set(name, place);
  }
  return ambiguous;
}

function nameAndPlace(finding: VulnerabilityFinding, ambiguous: ReadonlySet<string>): string {
  const name = fullName(finding.package);
  if (!ambiguous.has(name)) return name;
  const file = [finding.package.location.path, ...(finding.package.location.within ?? [])].at(-1) ?? '';
  return `${name} (${file.slice(file.lastIndexOf('/') + 1)})`;
}

function noFix(finding: VulnerabilityFinding): string {
  if (finding.status === 'will-not-fix') return 'will not fix';
  return finding.status === 'end-of-life' ? 'end of life' : 'no fix yet';
}

function misconfigurationTable(findings: readonly MisconfigurationFinding[], width: number): readonly string[] {
  if (findings.length === 0) return [];
  return layOut(
    [
      { title: 'MISCONFIGURATION', most: 34 },
      { title: 'WHERE', most: 34 },
      { title: 'WHAT', most: 200 },
    ],
    findings.map((finding) => [
      finding.id,
      placeOf(finding.location),
      finding.subject === undefined ? finding.message : `${finding.subject}: ${finding.message}`,
    ]),
    width,
    '  ',
  );
}

function secretTable(findings: readonly SecretFinding[], width: number): readonly string[] {
  if (findings.length === 0) return [];
  return layOut(
    [
      { title: 'SECRET', most: 24 },
      { title: 'CONFIDENCE', most: 10 },
      { title: 'VALUE', most: 34 },
      { title: 'WHERE', most: 200 },
    ],
    findings.map(({ id, confidence, masked, location }) => [id, confidence, masked, placeOf(location)]),
    width,
    '  ',
  );
}

function* packageSection({ packages }: ScanReport, width: number, colours: Paint): Generator<string> {
  yield `\n${colours.strong(`PACKAGES (${packages.length})`)}\n`;
  const columns = [
    { title: 'TYPE', most: 10 },
    { title: 'PACKAGE', most: 40 },
    { title: 'VERSION', most: 30 },
    { title: 'WHERE', most: 200 },
  ];
  const rows = packages.map((one) => [one.type, fullName(one), one.version, placeOf(one.location)]);
  yield* lines(layOut(columns, rows, width, '  '));
}

function summary(report: ScanReport, counted: readonly Finding[], suppressed: number): string {
  const parts = [
    counted.length === 0
      ? 'no findings'
      : `${count(counted.length, 'finding')}: ${severityWords(counted, WORST_FIRST)}`,
    ...(suppressed === 0 ? [] : [`${suppressed} suppressed`]),
    ...(report.gaps.length === 0 ? [] : [`${count(report.gaps.length, 'gap')}: this scan is partial`]),
  ];
  return parts.join('; ');
}

function* lines(texts: readonly string[]): Generator<string> {
  for (const text of texts) yield `${text}\n`;
}
