import type { ReportOptions } from '../format.ts';
import type { ScanReport } from '../scan-report.ts';
import { reportDocument } from './document.ts';

/** The JSON report, piece by piece; one finding, package or gap is one line: readable, greppable, good to diff. */
export function* jsonReport(report: ScanReport, options: ReportOptions): Generator<string> {
  yield '{';
  let separator = '\n';
  for (const [key, value] of Object.entries(reportDocument(report, options))) {
    yield `${separator}  ${JSON.stringify(key)}: `;
    if (Array.isArray(value)) yield* items(value);
    else yield JSON.stringify(value);
    separator = ',\n';
  }
  yield '\n}\n';
}

function* items(values: readonly unknown[]): Generator<string> {
  if (values.length === 0) {
    yield '[]';
    return;
  }
  let separator = '[\n';
  for (const value of values) {
    yield `${separator}    ${JSON.stringify(value)}`;
    separator = ',\n';
  }
  yield '\n  ]';
}
