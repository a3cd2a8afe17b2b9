import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Dialect } from 'kysely';
import type { StoreConfig } from '../config.ts';
import { StoreError } from '../error.ts';
import { ServerWatch } from './server-watch.ts';
import { NodeSqliteDialect } from './sqlite-dialect.ts';

/** Which database is behind the store. */
export type DialectName = 'sqlite' | 'postgres';

export interface OpenedDialect {
  readonly name: DialectName;
  readonly dialect: Dialect;
}

/** A server that does not answer at all is unreachable, not slow. */
const CONNECT_MS = 10_000;

/** A server whose machine is gone says nothing: without being asked, who waits for its answer waits for ever. */
const KEEPALIVE_MS = 10_000;
const WATCH_MS = 5_000;

/** Chooses the database that a configuration names. PostgreSQL's driver is only loaded where it is used. */
export async function openDialect({ file, postgres }: StoreConfig): Promise<OpenedDialect> {
  if (postgres === undefined) return { name: 'sqlite', dialect: openFile(file ?? ':memory:') };
  const { host, port, database, user, passwordFile, caFile, maxConnections } = postgres;
  const [{ default: pg }, { StorePostgresDialect }] = await Promise.all([
    import('pg'),
    import('./postgres-dialect.ts'),
  ]);
  const isWaitedFor = (): boolean => pool.totalCount > pool.idleCount;
  const watch = new ServerWatch({ host, port, isWaitedFor, everyMs: WATCH_MS });
  const pool = new pg.Pool({
    host,
    port,
    database,
    user,
    // A function, so that a password that was changed in its file is used by the next connection.
    ...(passwordFile !== undefined && { password: () => readSecret(passwordFile, 'postgres.passwordFile') }),
    ...(caFile !== undefined && { ssl: { ca: readText(caFile, 'postgres.caFile'), rejectUnauthorized: true } }),
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_MS,
    // A server behind a socket of this machine cannot be gone without a word.
    ...(!host.startsWith('/') && { stream: watch.socket }),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
    application_name: 'bulkhead',
    types: {
      // Counts and identifiers stay far below what a number of JavaScript holds exactly.
      getTypeParser: ((...of: Parameters<typeof pg.types.getTypeParser>) =>
        of[0] === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(...of)) as typeof pg.types.getTypeParser,
    },
  });
  // A connection that dies fails the question under way by itself; without a listener the process would end of it too.
  pool.on('connect', (client) => client.on('error', () => undefined));
  // A connection that dies while nobody uses it: the pool has already let it go, and the next call makes another.
  pool.on('error', () => undefined);
  return { name: 'postgres', dialect: new StorePostgresDialect(pool, `${user}@${host}:${port}/${database}`) };
}

function openFile(file: string): Dialect {
  if (file !== ':memory:') {
    const folder = dirname(file);
    try {
      if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError(
        'STORE_UNREACHABLE',
        { what: `cannot make the folder ${JSON.stringify(folder)}`, why, fix: 'check the path and its permissions' },
        { cause },
      );
    }
  }
  return new NodeSqliteDialect(file);
}

function readSecret(path: string, key: string): string {
  return readText(path, key).replace(/\r?\n$/, '');
}

function readText(path: string, key: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(
      'STORE_DENIED',
      { what: `cannot read ${key}`, why, fix: 'check the path and its permissions' },
      { cause },
    );
  }
}
