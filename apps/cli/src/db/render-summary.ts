import type { DatabaseSummary } from '@bulkhead/advisory-db';
import { formatBytes, printable } from '@bulkhead/core';
import { renderTable } from './render-table.ts';

/** A database for people. Ages are told beside the times: that the data is old is what a reader has to notice. */
export function renderSummary(summary: DatabaseSummary, now: number): string {
  const { file, sizeBytes, schema, builtAt, updatedAt, checkedAt, advisories, packages, sources, ecosystems } = summary;
  const count = (value: number): string => value.toLocaleString('en');
  const head = renderTable([
    ['file', file],
    ['size', formatBytes(sizeBytes)],
    ['schema', String(schema)],
    ['built', aged(builtAt, now)],
    ['updated', aged(updatedAt, now)],
    ['checked', aged(checkedAt, now)],
    ['advisories', count(advisories)],
    ['packages', `${count(packages)} in ${count(ecosystems.length)} ecosystems`],
  ]);
  const table = renderTable([
    ['SOURCE', 'RECORDS', 'WITHDRAWN', 'UNMATCHABLE', 'REJECTED', 'NEWEST', 'CHECKED', 'LICENCE', 'FROM'],
    ...sources.map((source) => [
      source.name,
      count(source.records),
      count(source.withdrawn),
      count(source.unmatchable),
      count(source.rejected),
      source.newest === '' ? 'not stated' : aged(source.newest, now),
      aged(source.checkedAt, now),
      source.licence,
      source.location,
    ]),
  ]);
  const rejections = sources.flatMap(({ name, rejected, rejections: named }) => [
    ...named.map(({ record, reason }) => `rejected: ${name}: ${record}: ${reason}`),
    ...(rejected > named.length ? [`rejected: ${name}: ${count(rejected - named.length)} more`] : []),
  ]);
  const lines = [...head, '', ...table, ...(rejections.length > 0 ? ['', ...rejections] : [])];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

const DAY_MS = 86_400_000;

/** `2026-08-21 (96 days ago)`. */
function aged(time: string, now: number): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return time;
  const days = Math.floor((now - at) / DAY_MS);
  const ago = days <= 0 ? 'today' : days === 1 ? '1 day ago' : `${days.toLocaleString('en')} days ago`;
  return `${time.slice(0, 10)} (${ago})`;
}
