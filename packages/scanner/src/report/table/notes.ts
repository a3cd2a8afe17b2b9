import { printable } from '@bulkhead/core';
import type { Gap } from '../../reader/gap.ts';
import { ageInDays, lateByDays, OLD_DAYS } from '../model/age.ts';
import type { SortedFindings } from '../model/group.ts';
import { endOfLifeText } from '../model/notices.ts';
import { locationOf } from '../model/order.ts';
import { count, fullName, placeOf } from '../model/words.ts';
import type { ScanReport } from '../scan-report.ts';
import { layOut } from './columns.ts';
import type { Paint } from './paint.ts';

/** More of them tell a person nothing new; the JSON report has them all. */
const MAX_GAPS = 50;

/** How old the advisories are, and how many there are of each source. */
export function* databaseLine({ database }: ScanReport, now: number, colours: Paint): Generator<string> {
  if (database === undefined) {
    yield 'vulnerabilities: not looked for\n';
    return;
  }
  const { checkedAt, newest, sources } = database;
  const age = ageInDays(checkedAt, now);
  const isOld = age !== undefined && age > OLD_DAYS;
  const late = lateByDays(database, now) === undefined ? '' : `, the newest is of ${dated(newest, now)}`;
  const counts = sources.map(({ name, records }) => `${name} ${records}`).join(', ');
  const text = printable(`advisories: checked ${dated(checkedAt, now)}${late}; ${counts}`);
  yield `${isOld ? colours.warning(`${text}: update them`) : text}\n`;
}

/** `2026-11-20 (5 days ago)`. */
function dated(time: string, now: number): string {
  const age = ageInDays(time, now);
  const ago = age === undefined ? '' : age === 0 ? ' (today)' : ` (${count(age, 'day')} ago)`;
  return `${time.slice(0, 10)}${ago}`;
}

/** A distribution that gets no advisories any more shows no findings: that must not pass for a clean bill. */
export function* endOfLifeLines(report: ScanReport, colours: Paint): Generator<string> {
  const text = endOfLifeText(report);
  if (text !== undefined) yield `${colours.warning(`END OF LIFE: ${printable(text)}`)}\n`;
}

/** What statements took out of the count, and which statements they were. */
export function* suppressedLines(
  suppressed: SortedFindings['suppressed'],
  width: number,
  colours: Paint,
): Generator<string> {
  if (suppressed.length === 0) return;
  yield `\n${colours.strong(`SUPPRESSED (${suppressed.length})`)}: not counted, because a statement says so\n`;
  const columns = [
    { title: 'FINDING', most: 24 },
    { title: 'IN', most: 40 },
    { title: 'BY', most: 12 },
  ];
  const rows = suppressed.map((finding) => [
    finding.id,
    finding.kind === 'vulnerability' ? fullName(finding.package) : placeOf(locationOf(finding)),
    finding.suppressed.by,
  ]);
  const [titles = '', ...lines] = layOut(columns, rows, width, '  ');
  yield `${titles}\n`;
  for (const [index, { suppressed: by }] of suppressed.entries()) {
    const statement = by.reason === '' ? by.statement : `${by.statement}: ${by.reason}`;
    yield `${lines[index] ?? ''}\n`;
    for (const text of wrap(printable(statement), width - 4)) yield `    ${text}\n`;
  }
}

/** What could not be looked at: "found nothing" is not "could not look". */
export function* gapLines(gaps: readonly Gap[], width: number, colours: Paint): Generator<string> {
  if (gaps.length === 0) return;
  yield `\n${colours.warning(`NOT LOOKED AT (${gaps.length})`)}\n`;
  for (const gap of gaps.slice(0, MAX_GAPS)) {
    const place = gap.path === undefined ? '' : `${gap.path}: `;
    for (const text of wrap(`${gap.code}: ${printable(place + gap.message)}`, width - 2)) yield `  ${text}\n`;
  }
  if (gaps.length > MAX_GAPS) yield `  and ${gaps.length - MAX_GAPS} more: --format json has them all\n`;
}

/** Breaks a text between words; what follows the first line is indented. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
