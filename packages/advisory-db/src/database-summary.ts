import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** How old a database is, and what it has from where: what can be said without counting. */
export interface DatabaseAge {
  readonly file: string;
  readonly schema: number;
  /** ISO 8601: when it was built, and when it was last built or updated. */
  readonly builtAt: string;
  readonly updatedAt: string;
  /**
   * When its advisories were brought up to date: of all OSV feeds the one that was read longest ago. New scores of EPSS
   * or entries of KEV do not make advisories newer.
   */
  readonly checkedAt: string;
  /** When the newest record of all OSV feeds was changed; empty where none says. */
  readonly newest: string;
  readonly sources: readonly SourceSummary[];
}

/** What a database holds and where it has it from. Counting reads all of it. */
export interface DatabaseSummary extends DatabaseAge {
  readonly sizeBytes: number;
  readonly advisories: number;
  readonly packages: number;
  readonly ecosystems: readonly { readonly name: string; readonly packages: number }[];
}

export type SourceKind = 'osv' | 'kev' | 'epss' | 'openvex';

/** One feed: a folder of the OSV bucket, or one of the catalogues beside it. */
export interface SourceSummary {
  readonly name: string;
  readonly kind: SourceKind;
  /** The URL or folder it was read from. */
  readonly location: string;
  readonly licence: string;
  readonly records: number;
  /** Records that their publisher has taken back: read, counted, and not in the database. */
  readonly withdrawn: number;
  /** Records that name no package or no version: nothing can match them. */
  readonly unmatchable: number;
  /** Records that could not be understood; the first of them are named. */
  readonly rejected: number;
  readonly rejections: readonly Rejection[];
  /** When its newest record was changed; for EPSS the day of the scores, for KEV its release. */
  readonly newest: string;
  /** The newest change in the feed's own list that the database has; an update goes on from there. */
  readonly highWater: string;
  /** When it was last read without a failure. */
  readonly checkedAt: string;
}

export interface Rejection {
  readonly record: string;
  readonly reason: string;
}

export function readSummary(database: DatabaseSync, file: string): DatabaseSummary {
  const count = (table: string): number => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  const { sources, ...age } = readAge(database, file);
  return {
    ...age,
    sizeBytes: statSync(file).size,
    advisories: count('advisory'),
    packages: count('affected'),
    ecosystems: database
      .prepare('SELECT ecosystem, count(*) AS n FROM affected GROUP BY ecosystem ORDER BY ecosystem')
      .all()
      .map(({ ecosystem, n }) => ({ name: String(ecosystem), packages: Number(n) })),
    sources,
  };
}

export function readAge(database: DatabaseSync, file: string): DatabaseAge {
  const builtAt = readMeta(database, 'built_at') ?? '';
  const sources = readSources(database);
  return {
    file,
    schema: Number(database.prepare('PRAGMA user_version').get()?.['user_version']),
    builtAt,
    updatedAt: readMeta(database, 'updated_at') ?? '',
    checkedAt: timesOf(sources, 'checkedAt')[0] ?? builtAt,
    newest: timesOf(sources, 'newest').at(-1) ?? '',
    sources,
  };
}

/** What the OSV feeds say, earliest first; what is no time is left out. */
function timesOf(sources: readonly SourceSummary[], which: 'checkedAt' | 'newest'): readonly string[] {
  return sources
    .filter(({ kind }) => kind === 'osv')
    .map((source) => source[which])
    .filter((time) => !Number.isNaN(Date.parse(time)))
    .toSorted((a, b) => Date.parse(a) - Date.parse(b));
}

export function readMeta(database: DatabaseSync, key: string): string | undefined {
  const value = database.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.['value'];
  return typeof value === 'string' ? value : undefined;
}

export function readSources(database: DatabaseSync): readonly SourceSummary[] {
  const rejections = database.prepare('SELECT record, reason FROM rejected WHERE source = ? ORDER BY record');
  return database
    .prepare('SELECT * FROM source ORDER BY kind, name')
    .all()
    .map((row) => ({
      name: String(row['name']),
      kind: String(row['kind']) as SourceKind,
      location: String(row['location']),
      licence: String(row['licence']),
      records: Number(row['records']),
      withdrawn: Number(row['withdrawn']),
      unmatchable: Number(row['unmatchable']),
      rejected: Number(row['rejected']),
      rejections: rejections
        .all(String(row['name']))
        .map(({ record, reason }) => ({ record: String(record), reason: String(reason) })),
      newest: String(row['newest']),
      highWater: String(row['high_water']),
      checkedAt: String(row['checked_at']),
    }));
}
