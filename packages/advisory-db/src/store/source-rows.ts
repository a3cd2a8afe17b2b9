import type { DatabaseSync } from 'node:sqlite';
import type { Rejection, SourceKind } from '../database-summary.ts';
import { licenceOf } from '../feed/licence.ts';

/** Rejected records of a source that are named; the others are only counted. */
const MAX_NAMED_REJECTIONS = 100;

/** What was read from one source, counted while it is read. */
export class SourceTally {
  readonly name: string;
  readonly kind: SourceKind;
  location: string;
  records = 0;
  withdrawn = 0;
  unmatchable = 0;
  rejected = 0;
  /** The newest time of change seen. */
  newest = '';
  readonly rejections = new Map<string, string>();

  constructor(name: string, kind: SourceKind, location: string) {
    this.name = name;
    this.kind = kind;
    this.location = location;
  }

  /** Notes that a record was changed at `modified`; Go's own export writes year 1 where it does not say. */
  saw(modified: string): void {
    if (modified.startsWith('0001-')) return;
    if (this.newest === '' || Date.parse(modified) > Date.parse(this.newest)) this.newest = modified;
  }

  /** Notes a record that could be read now. */
  accept(record: string): void {
    if (this.rejections.delete(record)) this.rejected -= 1;
  }

  reject({ record, reason }: Rejection): void {
    if (!this.rejections.has(record)) this.rejected += 1;
    if (this.rejections.size < MAX_NAMED_REJECTIONS) this.rejections.set(record, reason);
  }
}

/** Writes what is known of a source. `highWater` is the newest change that an update need not fetch again. */
export function putSource(database: DatabaseSync, tally: SourceTally, highWater: string, checkedAt: string): void {
  const { name, kind, location, records, withdrawn, unmatchable, rejected, newest, rejections } = tally;
  database
    .prepare('INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      name,
      kind,
      location,
      licenceOf(name),
      records,
      withdrawn,
      unmatchable,
      rejected,
      newest,
      highWater,
      checkedAt,
    );
  database.prepare('DELETE FROM rejected WHERE source = ?').run(name);
  const insert = database.prepare('INSERT OR REPLACE INTO rejected VALUES (?, ?, ?)');
  for (const [record, reason] of rejections) insert.run(name, record, reason);
}

export function putMeta(database: DatabaseSync, key: string, value: string): void {
  database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value);
}
