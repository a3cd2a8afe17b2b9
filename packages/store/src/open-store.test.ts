import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, type PostgresServer, postgresMissing, startPostgres } from '@bulkhead/lab';
import { Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreConfig } from './config.ts';
import { openDialect } from './dialect/open-dialect.ts';
import { openStore } from './open-store.ts';
import { migrate } from './schema/migrate.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './schema/migrations.ts';
import { testDatabases } from './test-support/databases.ts';
import { inside } from './test-support/inside.ts';
import { digestOf, scanOf } from './test-support/scans.ts';

for (const database of testDatabases()) {
  describe.skipIf(database.missing !== undefined)(`opening a store on ${database.name}`, () => {
    beforeAll(() => database.start());
    afterAll(() => database.remove());

    it('finds what was kept before it was closed', async () => {
      const config = await database.fresh();
      const first = await openStore(config);
      await first.scans.record(scanOf('web'));
      await first.close();

      const second = await openStore(config);

      expect(await second.scans.scan(digestOf('web'))).toBeDefined();
      await second.close();
    });

    it('makes the tables once when many open it at the same moment', async () => {
      const config = await database.fresh();

      const stores = await Promise.all([0, 1, 2, 3].map(() => openStore(config)));

      expect(await Promise.all(stores.map((store) => store.registries.list()))).toEqual([[], [], [], []]);
      for (const store of stores) await store.close();
    });

    it('brings the tables of an older program up to date, and wants its images looked into once more', async () => {
      const config = await database.fresh();
      await inside(config, async (db, name) => {
        await migrate(db, name, MIGRATIONS.slice(0, 1));
        await sql`insert into image (digest, os, architecture) values (${digestOf('web')}, 'linux', 'amd64')`.execute(
          db,
        );
        await sql`insert into scan (image_id, scanned_at, database, status, inventory, findings)
          select id, 'then', 'state-1', 'complete', ${Buffer.alloc(1)}, ${Buffer.alloc(1)} from image`.execute(db);
      });

      const store = await openStore(config);

      // Of which layers they are was not kept, nor were they looked through for secrets.
      expect(await store.scans.unscanned([digestOf('web')], ['vuln'])).toEqual([digestOf('web')]);
      const layers = [digestOf('layer')];
      expect(await store.scans.record(scanOf('web', { scanners: ['vuln'], layers }))).toBe('known');
      expect(await store.scans.unscanned([digestOf('web')], ['vuln'])).toEqual([]);
      expect(await store.scans.unscanned([digestOf('web')], ['vuln', 'secret'])).toEqual([digestOf('web')]);
      await store.close();
    });

    it('refuses a store that a newer program has changed, and leaves it as it is', async () => {
      const config = await database.fresh();
      await (await openStore(config)).close();
      await inside(config, (db) =>
        sql`insert into schema_version (version, applied_at) values (9999, 'x')`.execute(db),
      );

      await expect(openStore(config)).rejects.toMatchObject({
        code: 'STORE_TOO_NEW',
        message: expect.stringContaining(`version 9999, and this program knows version ${SCHEMA_VERSION}`),
        fix: 'update Bulkhead',
      });
    });

    it('changes nothing when a migration fails half-way', async () => {
      const config = await database.fresh();
      await (await openStore(config)).close();
      const next = {
        version: SCHEMA_VERSION + 1,
        statements: () => ['create table half (id integer)', 'create table image (id integer)'],
      };

      await inside(config, async (db, name) => {
        await expect(migrate(db, name, [...MIGRATIONS, next])).rejects.toThrow(/already exists/);
        await expect(sql`select * from half`.execute(db)).rejects.toThrow(/half/);
        await expect(migrate(db, name)).resolves.toBeUndefined();
      });
    });
  });
}

describe.skipIf(postgresMissing() !== undefined)('a PostgreSQL', () => {
  let server: PostgresServer;
  let config: StoreConfig;
  beforeAll(async () => {
    const loopback = await freePort();
    server = await startPostgres({ loopback });
    await server.createDatabase('store');
    config = StoreConfig.parse({
      postgres: { host: '127.0.0.1', port: loopback, user: server.user, database: 'store' },
    });
  });
  afterAll(() => server.remove());

  it('is asked whether it lives while nothing comes', async () => {
    const store = await openStore(config);
    await store.registries.list();

    const { stdout } = await promisify(execFile)('ss', ['-tnoH', 'dst', `127.0.0.1:${config.postgres?.port}`]);

    expect(stdout).toMatch(/timer:\(keepalive,/);
    await store.close();
  });

  it('that takes no changes now, as one that another has taken over from, is one to wait for', async () => {
    const store = await openStore(config);
    await inside(config, (db) => sql`alter database store set default_transaction_read_only = on`.execute(db));
    await store.close();

    await expect(openStore(config)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
  });

  it('that loses a connection in the middle of a question has that question fail, and nothing else', async () => {
    const { dialect } = await openDialect(config);
    const db = new Kysely<unknown>({ dialect });
    const asked = sql`select pg_sleep(60)`.execute(db);
    const backends = sql<{
      pid: number;
    }>`select pid from pg_stat_activity where query like '%pg_sleep(60)' and pid <> pg_backend_pid()`;
    await vi.waitFor(async () => {
      const [backend] = (await backends.execute(db)).rows;
      // Not asked to end, so that no message comes before the end of the connection.
      process.kill(backend?.pid ?? Number.NaN, 'SIGKILL');
    });

    await expect(asked).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await db.destroy();
  });
});

describe('a store', () => {
  it('finds incidents of one cause by an index, closed ones as well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-store-'));
    const config = { file: join(folder, 'store.db') };
    await (await openStore(config)).close();
    await inside(config, async (db) => {
      const plan = sql<{ detail: string }>`explain query plan
        select state, max(changed_at) from incident where fingerprint = 'x' group by state`;
      const { rows } = await plan.execute(db);
      expect(rows.map(({ detail }) => detail)).toContainEqual(expect.stringContaining('incident_fingerprint'));
    });
    rmSync(folder, { recursive: true });
  });
});

describe('opening a store that cannot be used', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('says that a file is no store', async () => {
    const file = join(folder, 'notes.txt');
    writeFileSync(file, 'these are no tables, only words '.repeat(100));

    await expect(openStore({ file })).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      fix: expect.stringContaining('backup'),
    });
  });

  it('says that a file was cut off', async () => {
    const whole = join(folder, 'whole.db');
    const store = await openStore({ file: whole });
    for (let count = 0; count < 50; count += 1) await store.scans.record(scanOf(`image ${count}`));
    await store.close();
    const cut = join(folder, 'cut.db');
    copyFileSync(whole, cut);
    truncateSync(cut, 20_000);

    const read = openStore({ file: cut }).then((opened) => opened.scans.scan(digestOf('image 40')));

    await expect(read).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('says that a path is no file', async () => {
    await expect(openStore({ file: folder })).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it.each([
    ['no server', { host: '127.0.0.1', port: 1 }],
    ['no socket', { host: '/nonexistent' }],
  ])('says that nobody answers: %s', async (_, postgres) => {
    const config = StoreConfig.parse({ postgres });

    await expect(openStore(config)).rejects.toMatchObject({
      name: 'StoreError',
      code: 'STORE_UNREACHABLE',
      retryable: true,
    });
  });

  it('says that the file of the password is not there', async () => {
    const config = StoreConfig.parse({
      postgres: { host: '127.0.0.1', port: 1, passwordFile: join(folder, 'absent') },
    });

    await expect(openStore(config)).rejects.toMatchObject({ name: 'StoreError' });
  });

  it('is told which of the two databases to use', () => {
    expect(StoreConfig.safeParse({}).success).toBe(false);
    expect(StoreConfig.safeParse({ file: 'a', postgres: { host: 'b' } }).success).toBe(false);
  });
});
