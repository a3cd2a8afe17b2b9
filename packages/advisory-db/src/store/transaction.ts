import type { DatabaseSync } from 'node:sqlite';

/** Runs changes as one: all of them are in the file afterwards, or none is. */
export async function inTransaction<Result>(
  database: DatabaseSync,
  change: () => Promise<Result> | Result,
): Promise<Result> {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = await change();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk has SQLite roll back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
