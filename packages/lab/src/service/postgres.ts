import { execFile } from 'node:child_process';
import { chownSync, existsSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startDaemon } from './daemon.ts';

const execute = promisify(execFile);

/** The server refuses to run as root; this user owns nothing else and exists everywhere. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const USER = 'bulkhead';

export interface PostgresServer {
  /** The folder of its socket: what `host` is for a client on this machine. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Makes an empty database. */
  createDatabase(name: string): Promise<void>;
  /** Has the statistics of a database made now, as its server does by itself some minutes after many changes. */
  analyze(name: string): Promise<void>;
  stop(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Why no PostgreSQL can be started here; nothing when one can. */
export function postgresMissing(): string | undefined {
  return programs() === undefined ? 'initdb is missing (Debian: postgresql)' : undefined;
}

function programs(): string | undefined {
  return globSync('/usr/lib/postgresql/*/bin')
    .filter((folder) => existsSync(join(folder, 'initdb')))
    .toSorted()
    .at(-1);
}

/**
 * Starts a PostgreSQL of its own in a temporary folder, as an unprivileged user, on a socket in there and no port. With
 * `loopback` it also listens on that port of 127.0.0.1.
 */
export async function startPostgres(options: { readonly loopback?: number } = {}): Promise<PostgresServer> {
  const bin = programs();
  if (bin === undefined) throw new Error(postgresMissing());
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-pg-'));
  const user = userInfo().uid === 0 ? NOBODY : {};
  if (user === NOBODY) chownSync(folder, NOBODY.uid, NOBODY.gid);
  const data = join(folder, 'data');
  const locale = { LC_ALL: 'C.UTF-8' };
  const execution = { ...user, cwd: '/', env: { ...process.env, ...locale } };
  await execute(
    join(bin, 'initdb'),
    ['-D', data, '-U', USER, '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'],
    execution,
  );
  const port = options.loopback ?? 5432;
  const listen = options.loopback === undefined ? '' : '127.0.0.1';
  const psql = (database: string, sql: string): Promise<unknown> =>
    execute(join(bin, 'psql'), ['-h', folder, '-p', String(port), '-U', USER, '-d', database, '-c', sql], execution);
  const daemon = await startDaemon({
    name: 'postgres',
    program: join(bin, 'postgres'),
    parameters: ['-D', data, '-k', folder, '-p', String(port), '-c', `listen_addresses=${listen}`, '-c', 'fsync=off'],
    env: locale,
    ...user,
    isReady: () => psql('postgres', 'select 1'),
  });
  return {
    host: folder,
    port,
    user: USER,
    createDatabase: async (name) => void (await psql('postgres', `create database "${name.replaceAll('"', '""')}"`)),
    analyze: async (name) => void (await psql(name, 'analyze')),
    // SIGINT: sessions are ended and the server does not wait for clients to leave.
    stop: () => daemon.stop('SIGINT'),
    async remove() {
      await daemon.stop('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
