import { formatBytes, formatCount, printable } from '@bulkhead/core';
import { DETECTORS } from '../detector/catalogue.ts';
import type { CaptureCounts, CaptureFinding, TextCounts, TextFinding } from './schema.ts';
import { renderTable } from './table.ts';

/** More rows than this nobody reads in a terminal; the JSON formats have them all. */
export const MAX_TABLE_ROWS = 1000;

/** One capture for a terminal: what was seen, what could not be looked at, and the findings. */
export function captureTable(counts: CaptureCounts, findings: readonly CaptureFinding[], total: number): string {
  const seen = `${formatCount(counts.packets, 'packet')}, ${formatBytes(counts.bytes)}, ${formatCount(counts.sessions, 'session')}`;
  const header = [
    'PACKET',
    'DETECTOR',
    'VALUE',
    'CONFIDENCE',
    'VERDICT',
    'SENSOR',
    'PROTOCOL',
    'FIELD',
    'CLIENT',
    '',
    'SERVER',
  ];
  const rows = findings.map((finding) => [
    finding.packet,
    finding.detector,
    finding.masked,
    finding.confidence,
    finding.verdict,
    finding.sensor,
    finding.protocol,
    withEncodings(finding.field, finding.encodings),
    finding.client,
    finding.direction === 'request' ? '->' : '<-',
    finding.server,
  ]);
  return `${printable(counts.file)}: ${seen}, ${formatCount(total, 'finding')}\n${notInspected(counts)}${body(header, rows, total)}`;
}

/** One file or text for a terminal. */
export function textTable(counts: TextCounts, findings: readonly TextFinding[], total: number): string {
  const rows = findings.map((finding) => [
    finding.offset,
    finding.detector,
    finding.masked,
    finding.confidence,
    finding.verdict,
    finding.sensor,
    withEncodings(finding.key, finding.encodings),
  ]);
  const header = ['OFFSET', 'DETECTOR', 'VALUE', 'CONFIDENCE', 'VERDICT', 'SENSOR', 'KEY'];
  return `${printable(counts.file)}: ${formatBytes(counts.bytes)}, ${formatCount(total, 'finding')}\n${notInspected(counts)}${body(header, rows, total)}`;
}

/** The catalogue for a terminal: a line of facts and a line of rule for each detector. */
export function detectorTable(): string {
  const table = renderTable(
    ['DETECTOR', 'STRENGTH', 'CATEGORY', 'EXAMPLE', 'TITLE'],
    DETECTORS.map((detector) => [detector.id, detector.strength, detector.category, detector.example, detector.title]),
  );
  const rules = DETECTORS.map((detector) => `${detector.id}\n  rule  ${detector.rule}\n  norm  ${detector.norm}\n`);
  return `${table}\n${rules.join('')}`;
}

function withEncodings(place: string, encodings: readonly string[]): string {
  return encodings.length === 0 ? place : `${place} (${encodings.join(', ')})`.trimStart();
}

function notInspected(counts: Pick<CaptureCounts, 'bytesNotInspected' | 'notInspectedReasons'>): string {
  const reasons = Object.entries(counts.notInspectedReasons);
  if (counts.bytesNotInspected === 0 && reasons.length === 0) return '';
  const list = reasons.map(([reason, bytes]) => (bytes === 0 ? reason : `${reason} ${formatBytes(bytes)}`)).join(', ');
  return `  not inspected: ${formatBytes(counts.bytesNotInspected)}${list === '' ? '' : ` (${list})`}\n`;
}

function body(header: readonly string[], rows: readonly (readonly (string | number)[])[], total: number): string {
  if (rows.length === 0) return '';
  const more = total > rows.length ? `  and ${total - rows.length} more: --format json or jsonl has them all\n` : '';
  return `${renderTable(header, rows).replaceAll(/^/gm, '  ').trimEnd()}\n${more}`;
}
