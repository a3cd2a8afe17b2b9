import { type Kysely, sql, type Transaction } from 'kysely';
import type { DialectName } from '../dialect/open-dialect.ts';
import { StoreError } from '../error.ts';
import { MIGRATIONS, type Migration, statementsOf } from './migrations.ts';

/** The key of the lock in PostgreSQL; any number that no other program uses in this database. */
const LOCK = 0x62_75_6c_6b;

/**
 * Brings the tables to the version of this program, under one lock and in one transaction: of several processes that
 * start at once one does it and the others find it done. Refuses a store that a newer program has changed.
 */
export async function migrate<Tables>(
  db: Kysely<Tables>,
  dialect: DialectName,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    // A transaction of SQLite has the write lock already.
    if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(transaction);
    await sql`create table if not exists schema_version (version integer primary key, applied_at text not null)`.execute(
      transaction,
    );
    const version = await currentVersion(transaction);
    const known = Math.max(0, ...migrations.map((migration) => migration.version));
    if (version > known) {
      throw new StoreError('STORE_TOO_NEW', {
        what: 'the store cannot be used',
        why: `its tables have version ${version}, and this program knows version ${known}`,
        fix: 'update Bulkhead',
      });
    }
    for (const migration of migrations) {
      if (migration.version > version) await apply(transaction, migration, dialect);
    }
  });
}

async function currentVersion<Tables>(transaction: Transaction<Tables>): Promise<number> {
  const { rows } = await sql<{
    readonly version: number | null;
  }>`select max(version) as version from schema_version`.execute(transaction);
  return rows[0]?.version ?? 0;
}

async function apply<Tables>(
  transaction: Transaction<Tables>,
  migration: Migration,
  dialect: DialectName,
): Promise<void> {
  for (const statement of statementsOf(migration, dialect)) await sql.raw(statement).execute(transaction);
  const appliedAt = new Date().toISOString();
  await sql`insert into schema_version (version, applied_at) values (${migration.version}, ${appliedAt})`.execute(
    transaction,
  );
}
