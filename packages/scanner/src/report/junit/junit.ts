import type { Finding } from '../../finding/finding.ts';
import type { ReportOptions } from '../format.ts';
import { escapeMarkup } from '../model/escape.ts';
import { locationOf } from '../model/order.ts';
import { fixOf, fullName, placeOf, subjectLine, titleOf } from '../model/words.ts';
import type { ScanReport } from '../scan-report.ts';

/**
 * JUnit XML: each finding is a test that failed, a suppressed one a test that was skipped, and what could not be looked
 * at a test with an error. A scan without any of them is one test that passed, since readers take an empty file for a
 * run that did not happen. Valid by the strictest schema in use, Jenkins' `junit-10.xsd`, which knows no count of skipped
 * tests over all suites.
 */
export function* junitReport(report: ScanReport, options: ReportOptions): Generator<string> {
  const failures = report.findings.filter(({ suppressed }) => suppressed === undefined).length;
  const skipped = report.findings.length - failures;
  const errors = report.gaps.length;
  const tests = Math.max(1, report.findings.length + errors);
  const counts = `tests="${tests}" failures="${failures}" errors="${errors}"`;

  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites name="${escapeMarkup(options.tool.name)}" ${counts}>\n`;
  yield `  <testsuite name="${escapeMarkup(subjectLine(report))}" ${counts} skipped="${skipped}">\n`;
  for (const finding of report.findings) yield* testCase(finding);
  for (const gap of report.gaps) {
    const name = `not looked at: ${gap.path ?? gap.layer ?? report.subject.name}`;
    yield `    <testcase classname="gap.${gap.code}" name="${escapeMarkup(name)}">\n`;
    yield `      <error type="${gap.code}" message="${escapeMarkup(gap.message)}"/>\n    </testcase>\n`;
  }
  if (report.findings.length + errors === 0) yield '    <testcase classname="scan" name="no findings"/>\n';
  yield '  </testsuite>\n</testsuites>\n';
}

function* testCase(finding: Finding): Generator<string> {
  const subject =
    finding.kind === 'vulnerability'
      ? `${fullName(finding.package)} ${finding.package.version}`
      : placeOf(finding.location);
  const name = `[${finding.severity.toUpperCase()}] ${finding.id} in ${subject}`;
  const title = titleOf(finding);
  yield `    <testcase classname="${escapeMarkup(classOf(finding))}" name="${escapeMarkup(name)}">\n`;
  if (finding.suppressed !== undefined) {
    const why = `${finding.suppressed.by}: ${finding.suppressed.statement}: ${finding.suppressed.reason}`;
    yield `      <skipped message="${escapeMarkup(why)}"/>\n`;
  } else {
    const text = [title, `Found in ${placeOf(locationOf(finding))}`, fixOf(finding)].filter(
      (part) => part !== undefined,
    );
    yield `      <failure type="${finding.severity}" message="${escapeMarkup(title)}">${escapeMarkup(text.join('\n'))}</failure>\n`;
  }
  yield '    </testcase>\n';
}

function classOf(finding: Finding): string {
  return finding.kind === 'vulnerability' ? `${finding.kind}.${finding.package.type}` : finding.kind;
}
