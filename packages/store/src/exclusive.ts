import { sql, type Transaction } from 'kysely';
import type { DialectName } from './dialect/open-dialect.ts';
import type { Tables } from './schema/tables.ts';

/** What only one transaction at a time may do, beside the lock of migrations; numbers that no other program uses here. */
const LOCKS = {
  accounts: 0x62_75_6c_6c,
  policy: 0x62_75_6c_6d,
  audit: 0x62_75_6c_6e,
  quarantine: 0x62_75_6c_6f,
} as const;

/** Waits until no other transaction does the same, and is alone with it until the end. SQLite's always are. */
export async function exclusively(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  what: keyof typeof LOCKS,
): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(LOCKS[what])})`.execute(transaction);
}
