import { type FileFailure, SCHEMA_VERSION } from './schema.ts';

/** One file of a report: what was counted, and its findings, each already serialised as a line of JSON. */
export interface FileEntry {
  readonly counts: object;
  readonly findings: Iterable<string>;
}

/**
 * The text of a JSON report, piece by piece, so that a report larger than memory can be written. One finding is one
 * line: the report stays readable and greppable.
 */
export function* jsonReport(files: Iterable<FileEntry>, failures: readonly FileFailure[]): Generator<string> {
  yield `{\n  "schemaVersion": ${SCHEMA_VERSION},\n  "files": [`;
  let separator = '\n';
  for (const { counts, findings } of files) {
    yield `${separator}    {\n`;
    for (const [key, value] of Object.entries(counts))
      yield `      ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`;
    yield '      "findings": ';
    yield* jsonLines(findings, '        ', '      ');
    yield '\n    }';
    separator = ',\n';
  }
  yield separator === '\n' ? ']' : '\n  ]';
  if (failures.length > 0) {
    yield ',\n  "errors": ';
    yield* jsonLines(
      failures.map((failure) => JSON.stringify(failure)),
      '    ',
      '  ',
    );
  }
  yield '\n}\n';
}

function* jsonLines(lines: Iterable<string>, indent: string, outdent: string): Generator<string> {
  let separator = '[\n';
  for (const line of lines) {
    yield `${separator}${indent}${line}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]' : `\n${outdent}]`;
}

/** A record of a JSON-lines report: `kind` says what it is. */
export function jsonLine(kind: 'finding' | 'file' | 'error', record: object): string {
  return `${JSON.stringify({ kind, ...record })}\n`;
}
