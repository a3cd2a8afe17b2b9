import { closeSync, lstatSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_EVENT_BYTES } from '../wire/limits.ts';
import { HEADER_BYTES, MAX_SEGMENT_BYTES, RECORD_BYTES, type SegmentName, scanSegment, segmentOf } from './segment.ts';

/** A segment with what is good of it. */
export interface Segment extends SegmentName {
  readonly path: string;
  count: number;
  bytes: number;
}

/** Told what was found and set right. */
export interface TakeOverReport {
  readonly lose: (count: number, why: string) => void;
  readonly problem: (problem: string) => void;
}

/** Files set aside as evidence. More of them are of no use, and would take the disk. */
const MAX_ASIDE = 4;
const ASIDE = '.corrupt';

/** The segments that an earlier process left in a folder, oldest first. Torn ends are cut off, what is damaged is set aside. */
export function takeOver(folder: string, report: TakeOverReport): Segment[] {
  const segments: Segment[] = [];
  for (const fileName of readdirSync(folder).toSorted()) {
    const name = segmentOf(fileName);
    const path = join(folder, fileName);
    if (name === undefined) {
      if (!fileName.endsWith(ASIDE)) report.problem(`"${path}" is no file of the spool: left alone`);
      continue;
    }
    const segment = inspect(path, name, report);
    if (segment === undefined) continue;
    const before = segments.at(-1);
    const next = before?.epoch === segment.epoch ? before.first + before.count : segment.first;
    if (segment.first > next) report.lose(segment.first - next, 'events are missing between the files of the spool');
    segments.push(segment);
  }
  pruneAside(folder);
  return segments;
}

/** Looks through a file, cuts off a torn end, and sets aside what is not as it was written. */
function inspect(path: string, name: SegmentName, report: TakeOverReport): Segment | undefined {
  const entry = lstatSync(path);
  // A segment grows by one event beyond its bound at most.
  if (!entry.isFile() || entry.size > MAX_SEGMENT_BYTES + MAX_EVENT_BYTES + HEADER_BYTES + RECORD_BYTES) {
    setAside(path, 'it is no file that a spool has written', report);
    return undefined;
  }
  const bytes = readFileSync(path);
  const { state, end, count } = scanSegment(bytes, name, MAX_EVENT_BYTES);
  if (state === 'torn') {
    report.problem(`"${path}" ends within an event, as after a crash: ${bytes.length - end} bytes are cut off`);
    report.lose(1, 'an event was cut by a crash');
  }
  if (state === 'corrupt') setAside(path, `it is damaged after ${count} events`, report);
  // Nothing to send of a torn one without events, but its name tells which epochs were used.
  if (state === 'corrupt' && count === 0) return undefined;
  if (state !== 'whole') rewrite(path, bytes.subarray(0, end));
  return { ...name, path, count, bytes: end };
}

function rewrite(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w', 0o600);
  writeSync(file, bytes);
  closeSync(file);
}

function setAside(path: string, why: string, { lose, problem }: TakeOverReport): void {
  const aside = `${path}.${process.pid}${ASIDE}`;
  renameSync(path, aside);
  problem(`"${path}" is set aside as "${aside}": ${why}`);
  lose(1, 'a file of the spool is damaged; at least one event was in it');
}

function pruneAside(folder: string): void {
  const aside = readdirSync(folder).filter((name) => name.endsWith(ASIDE));
  for (const name of aside.toSorted().slice(0, -MAX_ASIDE)) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}
