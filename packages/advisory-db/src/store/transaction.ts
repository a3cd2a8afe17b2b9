import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { releaseSnapshots } from './snapshot.ts';

/** How long an update waits for another one. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 50;
/** How long it waits, at its end and with the whole process, for scans of other processes: each a turn of theirs. */
const COMMIT_MS = 10_000;
const SQLITE_BUSY = 5;

/** Runs changes as one: all of them are in the file afterwards, or none is. */
export async function inTransaction<Result>(
  database: DatabaseSync,
  change: () => Promise<Result> | Result,
): Promise<Result> {
  await begin(database);
  try {
    const result = await change();
    commit(database);
    return result;
  } catch (error) {
    // A full disk has SQLite roll back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Takes the right to write. Readers go on reading until the commit. */
async function begin(database: DatabaseSync): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      database.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      const { errcode } = error as { readonly errcode?: unknown };
      if (typeof errcode !== 'number' || (errcode & 0xff) !== SQLITE_BUSY || performance.now() > until) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** Without a pause: a reader of this process that began in it would wait for the commit, and the commit for it. */
function commit(database: DatabaseSync): void {
  database.exec(`PRAGMA busy_timeout = ${COMMIT_MS}`);
  releaseSnapshots();
  database.exec('COMMIT; PRAGMA busy_timeout = 0');
}
