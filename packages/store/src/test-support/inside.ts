import { Kysely } from 'kysely';
import type { StoreConfig } from '../config.ts';
import { type DialectName, openDialect } from '../dialect/open-dialect.ts';

/** Does something with the tables behind a store's back. */
export async function inside(
  config: StoreConfig,
  act: (db: Kysely<unknown>, name: DialectName) => Promise<unknown>,
): Promise<void> {
  const { name, dialect } = await openDialect(config);
  const db = new Kysely<unknown>({ dialect });
  try {
    await act(db, name);
  } finally {
    await db.destroy();
  }
}
