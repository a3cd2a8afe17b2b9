import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long an update waits for scans that are reading, and for another update. */
const PATIENCE_MS = 30_000;
/** Between two tries; the event loop turns meanwhile, since the reader may be in this very process. */
const PAUSE_MS = 20;
const SQLITE_BUSY = 5;

/** Runs changes as one: all of them are in the file afterwards, or none is. */
export async function inTransaction<Result>(
  database: DatabaseSync,
  change: () => Promise<Result> | Result,
): Promise<Result> {
  await whenFree(database, 'BEGIN IMMEDIATE');
  try {
    const result = await change();
    await whenFree(database, 'COMMIT');
    return result;
  } catch (error) {
    // A full disk has SQLite roll back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

async function whenFree(database: DatabaseSync, sql: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      database.exec(sql);
      return;
    } catch (error) {
      const { errcode } = error as { readonly errcode?: unknown };
      if (typeof errcode !== 'number' || (errcode & 0xff) !== SQLITE_BUSY || performance.now() > until) throw error;
    }
    await sleep(PAUSE_MS);
  }
}
