import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@bulkhead/core';
import { Breather } from '../building/breather.ts';
import { type DatabaseAge, readAge, readSources, type SourceSummary } from '../database-summary.ts';
import { AdvisoryDbError } from '../error.ts';
import type { Bucket } from '../feed/bucket.ts';
import { type Catalogues, importCatalogues } from '../feed/catalogues.ts';
import type { FeedProgress } from '../feed/progress.ts';
import { prefetched } from '../feed/resource.ts';
import type { PackageKey } from '../package-key.ts';
import { openDatabase } from '../store/open.ts';
import { putMeta } from '../store/source-rows.ts';
import { databaseError } from '../store/sqlite-error.ts';
import { inTransaction } from '../store/transaction.ts';
import { type SourceChange, updateSource } from './update-source.ts';

export interface UpdateOptions {
  /** The database to update in place. Scans may read it meanwhile; they see the old state or the new. */
  readonly file: string;
  /** Mirrors, asked in order for each ecosystem until one answers. */
  readonly from: readonly Bucket[];
  readonly catalogues?: Catalogues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: FeedProgress) => void;
}

/** What became of one source. A failure leaves what the database had of it, as old as it is. */
export type SourceUpdate =
  | ({ readonly name: string; readonly outcome: 'updated' | 'current' } & SourceChange)
  | { readonly name: string; readonly outcome: 'failed'; readonly error: AdvisoryDbError };

export interface UpdateResult {
  readonly sources: readonly SourceUpdate[];
  /** The packages that changed advisories name: whoever keeps inventories looks these up in them. */
  readonly changed: readonly PackageKey[];
  readonly database: DatabaseAge;
}

/**
 * Brings every source of a database up to date. A source that cannot be reached is reported and does not keep the others
 * from it; only what is wrong with the database itself is thrown. Each source is one transaction.
 */
export async function updateDatabase(options: UpdateOptions): Promise<UpdateResult> {
  const { file, catalogues, signal } = options;
  const database = openDatabase(file, 'write');
  try {
    const breather = new Breather(signal);
    const sources: SourceUpdate[] = [];
    const changed = new Map<string, PackageKey>();
    for (const source of readSources(database)) {
      if (source.kind !== 'osv') continue;
      const update = await fromMirrors(database, source, breather, options);
      sources.push(update);
      if (update.outcome !== 'updated') continue;
      for (const key of update.changed) changed.set(`${key.ecosystem}\0${key.package}`, key);
    }
    for (const [name, catalogue] of separate(catalogues)) {
      sources.push(await updateCatalogue(database, name, catalogue, breather, options));
    }
    return { sources, changed: [...changed.values()], database: readAge(database, file) };
  } catch (cause) {
    signal.throwIfAborted();
    throw databaseError(`cannot update the advisory database ${JSON.stringify(file)}`, cause);
  } finally {
    database.close();
  }
}

async function fromMirrors(
  database: DatabaseSync,
  source: SourceSummary,
  breather: Breather,
  { from, file, clock, signal, onProgress }: UpdateOptions,
): Promise<SourceUpdate> {
  let failure: AdvisoryDbError | undefined;
  for (const bucket of from) {
    try {
      const context = { bucket, scratch: dirname(file), clock, signal, breather, onProgress };
      const change = await updateSource(database, source, context);
      if (change !== undefined) {
        return { name: source.name, outcome: change.changed.length > 0 ? 'updated' : 'current', ...change };
      }
    } catch (error) {
      failure ??= feedFailure(error, signal);
    }
  }
  failure ??= new AdvisoryDbError('FEED_INVALID', {
    what: `there is no ecosystem ${JSON.stringify(source.name)}`,
    why: from.length === 0 ? 'no feed is known' : `none of ${from.map(({ location }) => location).join(', ')} has it`,
    fix: 'name a feed with --from',
  });
  return { name: source.name, outcome: 'failed', error: failure };
}

async function updateCatalogue(
  database: DatabaseSync,
  name: string,
  catalogue: Catalogues,
  breather: Breather,
  { clock, signal, onProgress }: UpdateOptions,
): Promise<SourceUpdate> {
  try {
    const { kev, epss, vex } = catalogue;
    onProgress?.({ source: name, step: 'fetching' });
    // What comes over the network comes before the transaction: readers wait for nothing.
    const ready: Catalogues = {
      ...(kev !== undefined && { kev: await prefetched(kev, signal) }),
      ...(epss !== undefined && { epss: await prefetched(epss, signal) }),
      ...(vex !== undefined && { vex: await Promise.all(vex.map((resource) => prefetched(resource, signal))) }),
    };
    await inTransaction(database, async () => {
      await importCatalogues(database, ready, { clock, signal, breather, onProgress });
      putMeta(database, 'updated_at', new Date(clock.now()).toISOString());
    });
    return { name, outcome: 'current', ...NO_CHANGE };
  } catch (error) {
    return { name, outcome: 'failed', error: feedFailure(error, signal) };
  }
}

const NO_CHANGE: SourceChange = { added: 0, replaced: 0, removed: 0, rejected: 0, changed: [] };

/** Each on its own: one that fails keeps none of the others from being read. */
function separate(catalogues: Catalogues = {}): readonly (readonly [string, Catalogues])[] {
  const { kev, epss, vex } = catalogues;
  return [
    ...(kev === undefined ? [] : [['KEV', { kev }] as const]),
    ...(epss === undefined ? [] : [['EPSS', { epss }] as const]),
    ...(vex === undefined || vex.length === 0 ? [] : [['OpenVEX', { vex }] as const]),
  ];
}

/** Passes on what is wrong with a feed, and throws what is not. */
function feedFailure(error: unknown, signal: AbortSignal): AdvisoryDbError {
  signal.throwIfAborted();
  if (error instanceof AdvisoryDbError && error.code.startsWith('FEED_')) return error;
  throw error;
}
