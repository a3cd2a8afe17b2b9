import { StoreError, type StoreErrorCode } from '../error.ts';

interface Meaning {
  readonly code: StoreErrorCode;
  readonly fix: string;
}

const UNREACHABLE: Meaning = {
  code: 'STORE_UNREACHABLE',
  fix: 'check that PostgreSQL runs and where the configuration says it does',
};
const DENIED: Meaning = {
  code: 'STORE_DENIED',
  fix: 'check postgres.user, postgres.passwordFile and what the user may do',
};
const CONFLICT: Meaning = { code: 'STORE_CONFLICT', fix: 'try again' };
const BUSY: Meaning = { code: 'STORE_BUSY', fix: 'look for long transactions in the database' };
const FULL: Meaning = { code: 'STORE_FULL', fix: 'make room on the disk of the database' };
const CORRUPT: Meaning = { code: 'STORE_CORRUPT', fix: 'restore the database from a backup' };
const UNSTORABLE: Meaning = { code: 'UNSTORABLE_TEXT', fix: 'remove what PostgreSQL does not keep in text' };
const TOO_LARGE: Meaning = { code: 'STORE_TOO_LARGE', fix: 'nothing of this size is kept' };

/** SQLSTATE (PostgreSQL 15, appendix A), or what the operating system says about the connection. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '22021': UNSTORABLE,
  '22P05': UNSTORABLE,
  '23503': CONFLICT,
  '23505': CONFLICT,
  // The one that took over is another: what is asked now is a standby, or was made one.
  '25006': { code: 'STORE_UNREACHABLE', fix: 'check that postgres.host leads to a server that takes changes' },
  '28000': DENIED,
  '28P01': DENIED,
  '3D000': { code: 'STORE_UNREACHABLE', fix: 'create the database' },
  '40001': CONFLICT,
  '40P01': CONFLICT,
  '42501': DENIED,
  '53100': FULL,
  '53200': BUSY,
  '53300': BUSY,
  '54000': TOO_LARGE,
  '55P03': BUSY,
  '57014': BUSY,
  '57P01': UNREACHABLE,
  '57P02': UNREACHABLE,
  '57P03': UNREACHABLE,
  '57P05': UNREACHABLE,
  XX001: CORRUPT,
  XX002: CORRUPT,
};
/** Class 08: connection exception. */
const CONNECTION_CLASS = '08';
const NETWORK: ReadonlySet<string> = new Set([
  'EACCES',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
/** What the driver says without a code when its connection went away under it. */
const LOST =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Says what a failure of PostgreSQL means for whoever uses the store; anything else is a mistake of ours and stays. */
export function fromPostgres(cause: unknown, place: string): unknown {
  const { code, message } = Object(cause) as { readonly code?: unknown; readonly message?: unknown };
  const meaning = meaningOf(typeof code === 'string' ? code : '', String(message));
  if (meaning === undefined) return cause;
  const parts = { what: `the store at ${place} does not answer`, why: String(message), fix: meaning.fix };
  return new StoreError(meaning.code, parts, { cause });
}

function meaningOf(code: string, message: string): Meaning | undefined {
  if (Object.hasOwn(MEANINGS, code)) return MEANINGS[code];
  if (code.startsWith(CONNECTION_CLASS) || NETWORK.has(code) || LOST.test(message)) return UNREACHABLE;
  return /certificate|SSL|TLS/.test(message) && code !== '' ? DENIED_TLS : undefined;
}

const DENIED_TLS: Meaning = {
  code: 'STORE_UNREACHABLE',
  fix: 'check postgres.caFile and the certificate of the server',
};
