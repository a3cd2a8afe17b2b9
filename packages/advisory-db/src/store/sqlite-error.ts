import { AdvisoryDbError } from '../error.ts';

/** SQLite's primary result codes (the low byte) that mean something to whoever runs a scan. */
const BUSY = [5, 6];
const READ_ONLY = 8;
const CORRUPT = [11, 26];
const FULL = 13;
const CANNOT_OPEN = 14;

/** Puts a failure of SQLite, or of the file system below it, into words of ours. */
export function databaseError(what: string, cause: unknown): AdvisoryDbError {
  if (cause instanceof AdvisoryDbError) return cause;
  const { code, errcode, message } = Object(cause) as { code?: unknown; errcode?: unknown; message?: unknown };
  const primary = typeof errcode === 'number' ? errcode & 0xff : undefined;
  const why = typeof message === 'string' ? message : String(cause);
  const error = (kind: AdvisoryDbError['code'], reason: string, fix: string): AdvisoryDbError =>
    new AdvisoryDbError(kind, { what, why: reason, fix }, { cause });

  if (primary === FULL || code === 'ENOSPC' || code === 'EDQUOT') {
    return error('DB_DISK_FULL', 'the disk is full', 'free some space; the database that was there before still works');
  }
  if (primary !== undefined && CORRUPT.includes(primary)) {
    return error('DB_CORRUPT', why, 'build it anew with "bulkhead db build"');
  }
  if (primary !== undefined && BUSY.includes(primary)) {
    return error('DB_BUSY', 'another process is changing it', 'try again when that is done');
  }
  if (primary === READ_ONLY || code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return error('DB_UNWRITABLE', why, 'check the permissions of the file and its folder');
  }
  if (primary === CANNOT_OPEN || code === 'ENOENT' || code === 'ENOTDIR') {
    return error('DB_MISSING', why, 'check the path');
  }
  return error(primary === undefined ? 'DB_UNWRITABLE' : 'DB_CORRUPT', why, 'check the disk, then build it anew');
}
