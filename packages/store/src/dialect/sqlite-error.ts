import { StoreError } from '../error.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html); the extended ones carry them in their low byte. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IO = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const TOO_BIG = 18;
const CONSTRAINT = 19;
const NOT_A_DATABASE = 26;

/** Says what a failure of SQLite means for whoever uses the store; anything else is a mistake of ours and stays. */
export function fromSqlite(cause: unknown, file: string): unknown {
  const { errcode, message } = Object(cause) as { readonly errcode?: unknown; readonly message?: unknown };
  if (typeof errcode !== 'number') return cause;
  const what = `the store ${JSON.stringify(file)} does not answer`;
  const why = String(message);
  switch (errcode & 0xff) {
    case BUSY:
    case LOCKED:
      return new StoreError('STORE_BUSY', { what, why, fix: 'end what else uses it, or use PostgreSQL' }, { cause });
    case FULL:
      return new StoreError('STORE_FULL', { what, why, fix: 'make room on its disk' }, { cause });
    case CORRUPT:
    case NOT_A_DATABASE:
      return new StoreError(
        'STORE_CORRUPT',
        { what, why, fix: 'restore it from a backup, or name a new file' },
        { cause },
      );
    case READONLY:
    case IO:
    case CANTOPEN:
      return new StoreError(
        'STORE_UNREACHABLE',
        { what, why, fix: 'check the path, its folder and their permissions' },
        { cause },
      );
    case TOO_BIG:
      return new StoreError('STORE_TOO_LARGE', { what, why }, { cause });
    case CONSTRAINT:
      return new StoreError('STORE_CONFLICT', { what, why, fix: 'try again' }, { cause });
    default:
      return cause;
  }
}
