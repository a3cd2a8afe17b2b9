import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { AdvisoryDbError } from '../error.ts';
import { APPLICATION_ID, SCHEMA_VERSION, TABLE_NAMES } from './schema.ts';
import { databaseError } from './sqlite-error.ts';

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

/** How long a reader waits for an update to commit. An update waits otherwise: see `inTransaction`. */
const BUSY_MS = { read: 10_000, write: 0 } as const;

/** Pages of rows that were read lately, in KiB. A scan of a distribution touches a few megabytes. */
const CACHE_KIB = 16_384;

/** Opens a database and refuses, each with its own code, what is missing, damaged, cut short, foreign or too new. */
export function openDatabase(file: string, mode: 'read' | 'write'): DatabaseSync {
  checkHeader(file);
  try {
    const database = connect(file, mode);
    try {
      checkTables(file, database);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (cause) {
    throw databaseError(`cannot open the advisory database ${JSON.stringify(file)}`, cause);
  }
}

/** A process that was killed in the middle of an update left a journal; whoever opens next has to roll it back. */
const READ_ONLY_ROLLBACK = 776;

function connect(file: string, mode: 'read' | 'write'): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: mode === 'read', timeout: BUSY_MS[mode] });
  try {
    // What a hostile file could do with SQL in its schema or with malformed records.
    database.exec(`
      PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -${CACHE_KIB};
      SELECT 1 FROM sqlite_schema LIMIT 1
    `);
    return database;
  } catch (error) {
    database.close();
    if (mode === 'write' || (error as { errcode?: unknown }).errcode !== READ_ONLY_ROLLBACK) throw error;
    connect(file, 'write').close();
    return connect(file, 'read');
  }
}

/**
 * Looks at the header alone, before SQLite does: a file that is cut short would otherwise be noticed only when a scan
 * reaches the missing part, and a newer one perhaps never.
 */
function checkHeader(file: string): void {
  const what = `cannot open the advisory database ${JSON.stringify(file)}`;
  const header = Buffer.alloc(HEADER_BYTES);
  let size: number;
  let read: number;
  try {
    const fd = openSync(file, 'r');
    try {
      size = statSync(file).size;
      read = readSync(fd, header, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message;
    throw new AdvisoryDbError(
      'DB_MISSING',
      { what, why, fix: 'build one with "bulkhead db build" or name another with --db' },
      { cause },
    );
  }

  const corrupt = (why: string): AdvisoryDbError =>
    new AdvisoryDbError('DB_CORRUPT', { what, why, fix: 'build it anew with "bulkhead db build"' });
  if (read < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw corrupt(size === 0 ? 'it is empty' : 'it is no SQLite database');
  }
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw corrupt('it is a database of something else');
  const version = header.readUInt32BE(60);
  if (version > SCHEMA_VERSION) {
    throw new AdvisoryDbError('DB_TOO_NEW', {
      what,
      why: `it has schema ${version}, and this program knows schemas up to ${SCHEMA_VERSION}`,
      fix: 'update bulkhead, or build the database with this version',
    });
  }
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const expected = header.readUInt32BE(28) * pageSize;
  if (size < expected) throw corrupt(`it is cut short: ${size} of ${expected} bytes`);
}

function checkTables(file: string, database: DatabaseSync): void {
  const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const names = new Set(rows.map(({ name }) => name));
  const missing = TABLE_NAMES.filter((name) => !names.has(name));
  if (missing.length === 0) return;
  throw new AdvisoryDbError('DB_CORRUPT', {
    what: `cannot open the advisory database ${JSON.stringify(file)}`,
    why: `it lacks ${missing.join(', ')}`,
    fix: 'build it anew with "bulkhead db build"',
  });
}
