import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@bulkhead/core';
import type { Breather } from '../building/breather.ts';
import { readArchive } from '../building/read-archive.ts';
import type { SourceSummary } from '../database-summary.ts';
import type { Bucket } from '../feed/bucket.ts';
import { fetching, type OnProgress } from '../feed/progress.ts';
import type { PackageKey } from '../package-key.ts';
import { putMeta, putSource, SourceTally } from '../store/source-rows.ts';
import { inTransaction } from '../store/transaction.ts';
import { Changes } from './changes.ts';
import { type FetchedDelta, fetchDelta } from './fetch-delta.ts';

/** What an update changed in one source. */
export interface SourceChange {
  readonly added: number;
  readonly replaced: number;
  readonly removed: number;
  /** Changed records that could not be read; what the database had of them stays. */
  readonly rejected: number;
  readonly changed: readonly PackageKey[];
}

export interface SourceContext {
  readonly bucket: Bucket;
  readonly scratch: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly breather: Breather;
  readonly onProgress: OnProgress;
}

/** Brings one source up to date from one bucket, by its list of changes or else by its archive. */
export async function updateSource(
  database: DatabaseSync,
  source: SourceSummary,
  context: SourceContext,
): Promise<SourceChange | undefined> {
  const { bucket, signal, onProgress } = context;
  const reader = new Changes(database);
  const isCurrent = ({ id, modified }: { id: string; modified: string }): boolean => reader.isCurrent(id, modified);
  const delta = await fetchDelta(bucket, source.name, source.highWater, isCurrent, { signal, onProgress });
  if (delta !== undefined) return inTransaction(database, () => applyDelta(database, source, delta, context));

  const archive = await bucket.archive(source.name, context.scratch, signal, fetching(source.name, onProgress));
  if (archive === undefined) return undefined;
  try {
    return await inTransaction(database, () => applyArchive(database, source, archive.path, context));
  } finally {
    await archive.dispose();
  }
}

function applyDelta(
  database: DatabaseSync,
  source: SourceSummary,
  { records, newest }: FetchedDelta,
  { bucket, clock }: SourceContext,
): SourceChange {
  const changes = new Changes(database);
  const tally = tallyOf(source, bucket);
  let rejected = 0;
  for (const { id, reading } of records) {
    switch (reading.outcome) {
      case 'advisory':
        changes.put(reading.advisory, reading.affected);
        tally.saw(reading.advisory.modified);
        break;
      case 'withdrawn':
      case 'unmatchable':
        if (changes.remove(reading.id, reading.modified)) tally[reading.outcome] += 1;
        tally.saw(reading.modified);
        break;
      case 'rejected':
        rejected += 1;
        tally.reject({ record: `${id}.json`, reason: reading.reason });
        break;
    }
    if (reading.outcome !== 'rejected') tally.accept(`${id}.json`);
  }
  return finish(database, changes, tally, rejected, newest ?? source.highWater, clock);
}

async function applyArchive(
  database: DatabaseSync,
  source: SourceSummary,
  archive: string,
  { bucket, clock, breather, onProgress }: SourceContext,
): Promise<SourceChange> {
  const changes = new Changes(database);
  const tally = new SourceTally(source.name, 'osv', bucket.location);
  const seen = new Set<string>();
  const sink = {
    advisory: (...[advisory, affected]: Parameters<Changes['put']>) => {
      seen.add(advisory.id);
      changes.put(advisory, affected);
    },
    absent: (id: string, modified: string) => void changes.remove(id, modified),
  };
  await readArchive(archive, tally, sink, breather, onProgress);
  // What the archive no longer has is gone, as long as no other feed could have it; unless it could not be read.
  if (tally.rejected === 0) {
    const stored = database.prepare('SELECT id FROM advisory WHERE source = ?').all(source.name);
    for (const { id } of stored) {
      if (typeof id !== 'string' || seen.has(id)) continue;
      const ecosystems = changes.ecosystemsOf(id);
      if (ecosystems.size === 1 && ecosystems.has(source.name)) changes.remove(id);
      await breather.breathe();
    }
  }
  return finish(database, changes, tally, tally.rejected, tally.newest, clock, tally.records);
}

function finish(
  database: DatabaseSync,
  changes: Changes,
  tally: SourceTally,
  rejected: number,
  highWater: string,
  clock: Clock,
  records = tally.records + changes.added - changes.removed,
): SourceChange {
  changes.flush();
  tally.records = records;
  const now = new Date(clock.now()).toISOString();
  putSource(database, tally, highWater, now);
  putMeta(database, 'updated_at', now);
  const { added, replaced, removed, changed } = changes;
  return { added, replaced, removed, rejected, changed };
}

/** The counts a delta goes on from. */
function tallyOf(source: SourceSummary, { location }: Bucket): SourceTally {
  const tally = new SourceTally(source.name, source.kind, location);
  tally.records = source.records;
  tally.withdrawn = source.withdrawn;
  tally.unmatchable = source.unmatchable;
  tally.newest = source.newest;
  for (const rejection of source.rejections) tally.reject(rejection);
  tally.rejected = source.rejected;
  return tally;
}
