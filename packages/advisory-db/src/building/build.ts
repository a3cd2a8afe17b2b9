import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@bulkhead/core';
import { type DatabaseSummary, readSummary } from '../database-summary.ts';
import { AdvisoryDbError } from '../error.ts';
import type { Bucket } from '../feed/bucket.ts';
import { type Catalogues, importCatalogues } from '../feed/catalogues.ts';
import { type FeedProgress, fetching } from '../feed/progress.ts';
import { removeDatabase, replaceFile } from '../store/replace-file.ts';
import { TABLES } from '../store/schema.ts';
import { putMeta, putSource, SourceTally } from '../store/source-rows.ts';
import { databaseError } from '../store/sqlite-error.ts';
import { Breather } from './breather.ts';
import { readArchive } from './read-archive.ts';
import { Stage } from './stage.ts';

export interface BuildOptions {
  /** The file to make. What is there stays usable until the new one is complete, and if it never is. */
  readonly output: string;
  /** Asked in order for each ecosystem: the first that has it and can be read gives it. */
  readonly from: readonly Bucket[];
  /** Base names such as `Debian`; absent for all that the buckets have. */
  readonly ecosystems?: readonly string[];
  readonly catalogues?: Catalogues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: FeedProgress) => void;
}

/** Pages of this size hold most rows without overflow. */
const PAGE_BYTES = 8192;
/** Memory for pages, in KiB, and at the same time the size from which a sort goes to disk. */
const CACHE_KIB = 65_536;

/** Makes a database from feeds. Throws `AdvisoryDbError`; the file at `output` is then what it was before. */
export async function buildDatabase(options: BuildOptions): Promise<DatabaseSummary> {
  const { output } = options;
  const what = `cannot build the advisory database ${JSON.stringify(output)}`;
  // Two builds at once do not meet; the last one to finish wins.
  const building = `${output}.${process.pid}.building`;
  const staging = `${output}.${process.pid}.staging`;
  try {
    await mkdir(dirname(output), { recursive: true });
    await removeDatabase(building);
    await removeDatabase(staging);
    const database = new DatabaseSync(building);
    let summary: DatabaseSummary;
    try {
      // No journal: if anything fails, the file is thrown away.
      database.exec(`
        PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
        PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -${CACHE_KIB}; ${TABLES}
      `);
      await fill(database, staging, options);
      summary = readSummary(database, building);
    } finally {
      database.close();
    }
    await replaceFile(building, output);
    return { ...summary, file: output };
  } catch (cause) {
    if (options.signal.aborted) throw cause;
    throw databaseError(what, cause);
  } finally {
    await removeDatabase(building);
    await removeDatabase(staging);
  }
}

async function fill(database: DatabaseSync, staging: string, options: BuildOptions): Promise<void> {
  const { from, clock, signal, catalogues, onProgress } = options;
  const stage = new Stage(database, staging);
  const breather = new Breather(signal);
  const names = await wantedEcosystems(options);
  database.exec('BEGIN');
  for (const name of names) {
    const tally = await readEcosystem(name, stage, breather, options);
    putSource(database, tally, tally.newest, new Date(clock.now()).toISOString());
  }
  onProgress?.({ source: 'all sources', step: 'sorting' });
  stage.finish();
  if (catalogues !== undefined) await importCatalogues(database, catalogues, { clock, signal, breather, onProgress });
  const now = new Date(clock.now()).toISOString();
  putMeta(database, 'built_at', now);
  putMeta(database, 'updated_at', now);
  putMeta(database, 'from', JSON.stringify(from.map(({ location }) => location)));
  database.exec('COMMIT');
  database.exec('DETACH DATABASE stage');
}

async function wantedEcosystems({ from, ecosystems, signal }: BuildOptions): Promise<readonly string[]> {
  if (ecosystems !== undefined) return [...new Set(ecosystems)].toSorted();
  const names = new Set<string>();
  const failures: unknown[] = [];
  for (const bucket of from) {
    try {
      for (const name of await bucket.ecosystems(signal)) names.add(name);
    } catch (error) {
      failures.push(error);
    }
  }
  // A mirror that is down is what the others are for; but a list that nobody could give is a failure.
  if (names.size === 0 && failures.length > 0) throw failures[0];
  return [...names].toSorted();
}

/**
 * Reads an ecosystem from the first bucket that has it. What was read of an archive that then turns out to be broken
 * stays: each record stands for itself, and the next bucket's archive completes it.
 */
async function readEcosystem(
  name: string,
  stage: Stage,
  breather: Breather,
  { from, output, signal, onProgress }: BuildOptions,
): Promise<SourceTally> {
  let failure: unknown;
  for (const bucket of from) {
    try {
      const archive = await bucket.archive(name, dirname(output), signal, fetching(name, onProgress));
      if (archive === undefined) continue;
      try {
        const tally = new SourceTally(name, 'osv', bucket.location);
        const sink = { advisory: stage.add.bind(stage), absent: () => {} };
        await readArchive(archive.path, tally, sink, breather, onProgress);
        return tally;
      } finally {
        await archive.dispose();
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AdvisoryDbError) || error.code.startsWith('DB_')) throw error;
      failure ??= error;
    }
  }
  throw (
    failure ??
    new AdvisoryDbError('FEED_INVALID', {
      what: `there is no ecosystem ${JSON.stringify(name)}`,
      why: `none of ${from.map(({ location }) => location).join(', ')} has it`,
      fix: 'check its spelling: "AlmaLinux", "Debian", "PyPI", "crates.io" …',
    })
  );
}
