import type { DatabaseSync } from 'node:sqlite';
import { AdvisoryDbError } from '../error.ts';
import { unpackValue } from './value.ts';

/** Tables with values, and what the key of each is made of. */
const VALUES = [
  ['affected', 'ecosystem', 'package'],
  ['advisory', 'id'],
  ['advisory_key', 'id'],
  ['vex', 'vulnerability'],
] as const;

/** Reads a whole database: its structure, and every value against its checksum. Throws DB_CORRUPT. */
export function verifyDatabase(database: DatabaseSync, file: string): void {
  const problem = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (problem !== 'ok') {
    throw new AdvisoryDbError('DB_CORRUPT', {
      what: `the advisory database ${JSON.stringify(file)} is damaged`,
      why: String(problem),
      fix: 'build it anew with "bulkhead db build"',
    });
  }
  for (const [table, ...columns] of VALUES) {
    const rows = database.prepare(`SELECT ${columns.join(', ')}, value FROM ${table}`);
    for (const row of rows.iterate()) {
      const key = columns.map((column) => String(row[column])).join('\0');
      unpackValue(key, row['value']);
    }
  }
}
