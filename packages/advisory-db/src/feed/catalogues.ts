import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@bulkhead/core';
import type { Breather } from '../building/breather.ts';
import { AdvisoryDbError } from '../error.ts';
import { putSource, SourceTally } from '../store/source-rows.ts';
import { packValue } from '../store/value.ts';
import { parseEpss } from './epss.ts';
import { parseKev } from './kev.ts';
import { parseOpenVex } from './openvex.ts';
import type { OnProgress } from './progress.ts';
import { invalid, type Resource, readWhole } from './resource.ts';

/** What is known about vulnerabilities beside the advisories. */
export interface Catalogues {
  readonly kev?: Resource;
  readonly epss?: Resource;
  readonly vex?: readonly Resource[];
}

/** The real catalogue has 1.3 MB. */
const MAX_KEV_BYTES = 64 * 1024 * 1024;
const MAX_VEX_BYTES = 64 * 1024 * 1024;

interface Context {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly breather: Breather;
  readonly onProgress: OnProgress;
}

/** Reads the given catalogues in place of what the database had of them. The caller holds the transaction. */
export async function importCatalogues(
  database: DatabaseSync,
  catalogues: Catalogues,
  context: Context,
): Promise<void> {
  const { kev, epss, vex } = catalogues;
  if (kev !== undefined) await importKev(database, kev, context);
  if (epss !== undefined) await importEpss(database, epss, context);
  if (vex !== undefined && vex.length > 0) await importVex(database, vex, context);
}

async function importKev(database: DatabaseSync, resource: Resource, context: Context): Promise<void> {
  context.onProgress?.({ source: 'KEV', step: 'reading' });
  const reading = parseKev((await readWhole(resource, MAX_KEV_BYTES, context.signal)).toString());
  if (!reading.ok) throw invalid(resource, reading.reason);
  const tally = new SourceTally('KEV', 'kev', resource.location);
  for (const rejection of reading.rejections) tally.reject(rejection);
  database.exec('DELETE FROM kev');
  const insert = database.prepare('INSERT OR REPLACE INTO kev VALUES (?, ?, ?, ?)');
  for (const { cve, dateAdded, dueDate, ransomware } of reading.entries) {
    insert.run(cve, dateAdded, dueDate ?? null, ransomware ? 1 : 0);
    tally.records += 1;
  }
  tally.newest = reading.released;
  finish(database, tally, context);
}

async function importEpss(database: DatabaseSync, resource: Resource, context: Context): Promise<void> {
  const tally = new SourceTally('EPSS', 'epss', resource.location);
  const insert = database.prepare('INSERT OR REPLACE INTO epss VALUES (?, ?, ?)');
  try {
    database.exec('DELETE FROM epss');
    for await (const line of parseEpss(resource.read(context.signal))) {
      if (line.kind === 'date') tally.newest = line.date;
      else if (line.kind === 'rejected') tally.reject({ record: `line ${line.line}`, reason: line.reason });
      else {
        insert.run(line.score.cve, line.score.probability, line.score.percentile);
        tally.records += 1;
        context.onProgress?.({ source: tally.name, step: 'reading', done: tally.records, unit: 'records' });
      }
      await context.breather.breathe();
    }
  } catch (cause) {
    context.signal.throwIfAborted();
    // SQLite's own failures are not the feed's.
    if (cause instanceof AdvisoryDbError || (cause as { code?: unknown }).code === 'ERR_SQLITE_ERROR') throw cause;
    throw invalid(resource, cause instanceof Error ? cause.message : String(cause), cause);
  }
  finish(database, tally, context);
}

async function importVex(database: DatabaseSync, resources: readonly Resource[], context: Context): Promise<void> {
  const tally = new SourceTally('OpenVEX', 'openvex', resources.map(({ location }) => location).join(', '));
  context.onProgress?.({ source: tally.name, step: 'reading' });
  database.exec('DELETE FROM vex');
  const insert = database.prepare('INSERT OR REPLACE INTO vex VALUES (?, ?, ?, ?)');
  for (const resource of resources) {
    const reading = await parseOpenVex((await readWhole(resource, MAX_VEX_BYTES, context.signal)).toString());
    if (!reading.ok) throw invalid(resource, reading.reason);
    for (const rejection of reading.rejections) tally.reject(rejection);
    for (const { document, position, names, json } of reading.entries) {
      for (const name of names) insert.run(name, document, position, packValue(name, json));
      tally.records += 1;
      await context.breather.breathe();
    }
    if (!Number.isNaN(Date.parse(reading.timestamp))) tally.saw(reading.timestamp);
  }
  finish(database, tally, context);
}

function finish(database: DatabaseSync, tally: SourceTally, { clock }: Context): void {
  putSource(database, tally, tally.newest, new Date(clock.now()).toISOString());
}
