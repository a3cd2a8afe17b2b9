import { SEVERITIES } from '@bulkhead/core';
import type { Finding, VulnerabilityFinding } from '../../finding/finding.ts';
import type { ReportOptions } from '../format.ts';
import { isWebLink, escapeMarkup as text } from '../model/escape.ts';
import { sortFindings } from '../model/group.ts';
import { locationOf } from '../model/order.ts';
import { count, fixOf, fullName, placeOf, severityWords, subjectLine, titleOf } from '../model/words.ts';
import type { ScanReport } from '../scan-report.ts';
import { STYLE } from './style.ts';

const WORST_FIRST = SEVERITIES.toReversed();
/** A person follows a few links; the JSON report has them all. */
const MAX_LINKS = 5;

/**
 * One page that needs nothing else: no script, no font, no image, and a policy that forbids them, so that text from an
 * image or an advisory stays text. It reads without colours, with a screen reader and on paper.
 */
export function* htmlReport(report: ScanReport, options: ReportOptions): Generator<string> {
  const { counted, suppressed } = sortFindings(report);
  const title = text(subjectLine(report));
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<header><h1>${title}</h1></header>
<main>
`;
  yield* overview(report, counted, suppressed.length, options);
  yield '<section id="findings" aria-labelledby="findings-title">\n<h2 id="findings-title">Findings</h2>\n';
  if (counted.length === 0) yield '<p>No findings.</p>\n';
  for (const severity of WORST_FIRST) {
    yield* findingTable(
      severity,
      counted.filter((finding) => finding.severity === severity),
    );
  }
  yield '</section>\n';
  yield* suppressedTable(suppressed);
  yield* gapTable(report);
  if (options.listPackages === true) yield* packageTable(report);
  yield '</main>\n</body>\n</html>\n';
}

function* overview(
  report: ScanReport,
  counted: readonly Finding[],
  suppressed: number,
  options: ReportOptions,
): Generator<string> {
  const rows: [string, string][] = [
    ['Findings', counted.length === 0 ? 'none' : `${counted.length} (${severityWords(counted, WORST_FIRST)})`],
    ['Suppressed', String(suppressed)],
    ['Packages', String(report.packages.length)],
    ['Complete', report.status === 'complete' ? 'yes' : `no: ${count(report.gaps.length, 'gap')}`],
  ];
  const { database, os, subject } = report;
  if (subject.kind === 'image') rows.push(['Digest', subject.image.digest]);
  if (os?.endOfLifeReached === true)
    rows.push(['End of life', `no security updates since ${os.endOfLife ?? 'some time'}`]);
  const sources = (database?.sources ?? []).map(({ name, records }) => `${name} ${records}`).join(', ');
  rows.push(['Advisories', database === undefined ? 'not looked up' : `checked ${database.checkedAt}; ${sources}`]);
  rows.push(['Scanner', `${options.tool.name} ${options.tool.version}`]);
  yield '<dl class="overview">\n';
  for (const [term, value] of rows) yield `<div><dt>${text(term)}</dt><dd>${text(value)}</dd></div>\n`;
  yield '</dl>\n';
}

function* findingTable(severity: string, findings: readonly Finding[]): Generator<string> {
  if (findings.length === 0) return;
  yield `<table class="severity-${severity}">
<caption><span class="badge">${severity}</span> ${count(findings.length, 'finding')}</caption>
<thead><tr><th scope="col">Finding</th><th scope="col">In</th><th scope="col">What to do</th><th scope="col">What it is</th></tr></thead>
<tbody>
`;
  for (const finding of findings) {
    const version = finding.kind === 'vulnerability' ? `<br><code>${text(finding.package.version)}</code>` : '';
    const name = finding.kind === 'vulnerability' ? text(fullName(finding.package)) : text(finding.kind);
    yield `<tr><th scope="row">${text(finding.id)}</th><td>${name}${version}<br><small>${text(placeOf(locationOf(finding)))}</small></td>`;
    yield `<td>${text(fixOf(finding) ?? 'No fix yet')}</td><td>${text(titleOf(finding))}${details(finding)}</td></tr>\n`;
  }
  yield '</tbody>\n</table>\n';
}

function details(finding: Finding): string {
  if (finding.kind === 'secret') return '';
  const rows = finding.kind === 'vulnerability' ? vulnerabilityDetails(finding) : [['Why', finding.why] as const];
  const items = rows.map(([term, value]) => `<dt>${text(term)}</dt><dd>${text(value)}</dd>`).join('');
  const links = finding.references
    .filter(isWebLink)
    .slice(0, MAX_LINKS)
    .map((url) => `<li><a href="${text(url)}" rel="noopener noreferrer">${text(url)}</a></li>`)
    .join('');
  const list = links === '' ? '' : `<ul>${links}</ul>`;
  return `<details><summary>Details of ${text(finding.id)}</summary><dl>${items}</dl>${list}</details>`;
}

function vulnerabilityDetails(finding: VulnerabilityFinding): readonly (readonly [string, string])[] {
  const { risk, cvss, epss, kev, explanation } = finding;
  const terms = risk.terms.map(({ name, value }) => `${name} ${value}`).join(', ');
  return [
    ['Risk', terms === '' ? String(risk.score) : `${risk.score} of 100 (${terms})`],
    ...(cvss === undefined ? [] : [['CVSS', `${cvss.score} ${cvss.vector}`] as const]),
    ...(epss === undefined ? [] : [['EPSS', `${(100 * epss.probability).toFixed(2)} %`] as const]),
    ...(kev === undefined ? [] : [['Known exploited', `since ${kev.dateAdded}`] as const]),
    ['Advisory', `${finding.advisory} (${finding.source})`],
    [
      'Matched',
      `${explanation.matchedName} ${explanation.comparedVersion} (${explanation.by} package, ${explanation.scheme}), ${explanation.range}`,
    ],
  ];
}

function* suppressedTable(suppressed: readonly Finding[]): Generator<string> {
  if (suppressed.length === 0) return;
  yield '<section aria-labelledby="suppressed-title">\n<h2 id="suppressed-title">Suppressed</h2>\n<p>Not counted, because a statement says so.</p>\n';
  yield '<table><caption>Suppressed findings and their statements</caption>\n<thead><tr><th scope="col">Finding</th><th scope="col">In</th><th scope="col">By</th><th scope="col">Statement</th><th scope="col">Reason</th></tr></thead>\n<tbody>\n';
  for (const finding of suppressed) {
    const where = finding.kind === 'vulnerability' ? fullName(finding.package) : placeOf(finding.location);
    const { by = '', statement = '', reason = '' } = finding.suppressed ?? {};
    yield `<tr><th scope="row">${text(finding.id)}</th><td>${text(where)}</td><td>${text(by)}</td><td>${text(statement)}</td><td>${text(reason)}</td></tr>\n`;
  }
  yield '</tbody>\n</table>\n</section>\n';
}

function* gapTable({ gaps }: ScanReport): Generator<string> {
  if (gaps.length === 0) return;
  yield '<section aria-labelledby="gaps-title">\n<h2 id="gaps-title">Not looked at</h2>\n<p>More may be found where nobody looked.</p>\n';
  yield '<table><caption>What could not be looked at</caption>\n<thead><tr><th scope="col">Where</th><th scope="col">Why</th><th scope="col">What happened</th></tr></thead>\n<tbody>\n';
  for (const gap of gaps) {
    yield `<tr><th scope="row">${text(gap.path ?? gap.layer ?? 'everywhere')}</th><td>${gap.code}</td><td>${text(gap.message)}</td></tr>\n`;
  }
  yield '</tbody>\n</table>\n</section>\n';
}

function* packageTable({ packages }: ScanReport): Generator<string> {
  yield '<section aria-labelledby="packages-title">\n<h2 id="packages-title">Packages</h2>\n';
  yield '<table><caption>Every package</caption>\n<thead><tr><th scope="col">Package</th><th scope="col">Version</th><th scope="col">Type</th><th scope="col">Where</th></tr></thead>\n<tbody>\n';
  for (const one of packages) {
    yield `<tr><th scope="row">${text(fullName(one))}</th><td>${text(one.version)}</td><td>${text(one.type)}</td><td>${text(placeOf(one.location))}</td></tr>\n`;
  }
  yield '</tbody>\n</table>\n</section>\n';
}
