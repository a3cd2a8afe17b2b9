import type { ReportOptions, ReportText } from '../format.ts';
import { sortFindings } from '../model/group.ts';
import { noticesOf } from '../model/notices.ts';
import type { ScanReport } from '../scan-report.ts';
import { layerLines } from './layer-lines.ts';
import { type LocationContext, sarifLocations } from './location.ts';
import { sarifResult } from './result.ts';
import { ruleOf, type SarifRule } from './rule.ts';

/** GitHub shows no more than 5,000 results of one run, worst first: the others would be lost without a word. */
const MAX_RESULTS = 5000;
/**
 * GitHub takes a file of 10 MB after gzip. Text that does not compress is rare and hostile; bytes before gzip are what
 * can be counted while writing, and gzip adds less than a thousandth to them.
 */
const MAX_BYTES = 9 * 1000 * 1000;

/**
 * SARIF 2.1.0, one run a file: several files where one would exceed GitHub's limits. Each run has a category of its
 * own, so that GitHub keeps all of them. Suppressed findings are left out, since GitHub would open alerts for them.
 */
export function sarifReports(report: ScanReport, options: ReportOptions): readonly ReportText[] {
  const context: LocationContext = { report, options, lines: linesOf(report, options) };
  const parts: Part[] = [new Part()];
  for (const finding of sortFindings(report).counted) {
    const rule = ruleOf(finding);
    const result = JSON.stringify(sarifResult(finding, sarifLocations(finding, context)));
    let part = parts.at(-1);
    if (part === undefined || !part.hasRoom(result, rule)) {
      part = new Part();
      parts.push(part);
    }
    part.add(result, rule);
  }
  return parts.map((part, index) => part.text(report, options, index));
}

/** Whether the Dockerfile that was given made this image at all; true where none was given. */
export function isBuiltFrom(report: ScanReport, options: ReportOptions): boolean {
  return options.dockerfile === undefined || linesOf(report, options).size > 0;
}

function linesOf({ subject }: ScanReport, { dockerfile }: ReportOptions): ReadonlyMap<string, number> {
  return subject.kind === 'image' && dockerfile !== undefined
    ? layerLines(subject.image.layers, dockerfile)
    : new Map();
}

class Part {
  readonly #results: string[] = [];
  readonly #rules = new Map<string, string>();
  #bytes = 0;

  hasRoom(result: string, rule: SarifRule): boolean {
    const more = Buffer.byteLength(result) + (this.#rules.has(rule.id) ? 0 : Buffer.byteLength(JSON.stringify(rule)));
    return this.#results.length < MAX_RESULTS && (this.#results.length === 0 || this.#bytes + more <= MAX_BYTES);
  }

  add(result: string, rule: SarifRule): void {
    if (!this.#rules.has(rule.id)) {
      const text = JSON.stringify(rule);
      this.#rules.set(rule.id, text);
      this.#bytes += Buffer.byteLength(text);
    }
    this.#results.push(result);
    this.#bytes += Buffer.byteLength(result);
  }

  *text(report: ScanReport, { tool }: ReportOptions, index: number): Generator<string> {
    const category = `bulkhead/${report.subject.kind}/${index === 0 ? '' : `${index + 1}/`}`;
    yield '{\n"$schema": "https://json.schemastore.org/sarif-2.1.0.json",\n"version": "2.1.0",\n"runs": [{\n';
    yield `"automationDetails": {"id": ${JSON.stringify(category)}},\n`;
    yield `"tool": {"driver": {"name": "Bulkhead", "version": ${JSON.stringify(tool.version)}, "rules": [`;
    yield* separated(this.#rules.values());
    yield `]}},\n"columnKind": "utf16CodeUnits",\n"invocations": [${JSON.stringify(invocation(report))}],\n"results": [`;
    yield* separated(this.#results);
    yield ']\n}]\n}\n';
  }
}

/** What could not be looked at is a notification of the tool, and an invocation that did not succeed whole. */
function invocation(report: ScanReport): object {
  return {
    executionSuccessful: report.status === 'complete',
    toolExecutionNotifications: noticesOf(report).map(({ id, text }) => ({
      level: 'warning',
      descriptor: { id },
      message: { text },
    })),
  };
}

function* separated(texts: Iterable<string>): Generator<string> {
  let separator = '\n';
  for (const text of texts) {
    yield separator + text;
    separator = ',\n';
  }
}
