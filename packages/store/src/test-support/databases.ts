import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, postgresMissing, startPostgres } from '@bulkhead/lab';
import type { StoreConfig } from '../config.ts';

/** A database that tests run against: each call of `fresh` names an empty store. */
export interface TestDatabase {
  readonly name: 'sqlite' | 'postgres';
  /** Why it cannot run here. */
  readonly missing: string | undefined;
  start(): Promise<void>;
  fresh(): Promise<StoreConfig>;
  remove(): Promise<void>;
}

/** Both databases, for `describe.each`: what holds for one must hold for the other. */
export function testDatabases(): readonly TestDatabase[] {
  return [sqlite(), postgres()];
}

function sqlite(): TestDatabase {
  let folder = '';
  let count = 0;
  return {
    name: 'sqlite',
    missing: undefined,
    start: async () => {
      folder = await mkdtemp(join(tmpdir(), 'bulkhead-store-'));
    },
    fresh: () => Promise.resolve({ file: join(folder, `${count++}.db`) }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function postgres(): TestDatabase {
  let server: PostgresServer | undefined;
  let count = 0;
  return {
    name: 'postgres',
    missing: postgresMissing(),
    start: async () => {
      server = await startPostgres();
    },
    fresh: async () => {
      if (server === undefined) throw new Error('the database is not started');
      const database = `store_${count++}`;
      await server.createDatabase(database);
      const { host, port, user } = server;
      return { postgres: { host, port, user, database, maxConnections: 4 } };
    },
    remove: async () => server?.remove(),
  };
}
