import type { RegistryStore, ScanStore } from '@bulkhead/scanner';
import { Kysely } from 'kysely';
import type { StoreConfig } from './config.ts';
import { type DialectName, openDialect } from './dialect/open-dialect.ts';
import { KyselyRegistryStore } from './registry/registry-store.ts';
import { KyselyScanStore } from './scan/scan-store.ts';
import { migrate } from './schema/migrate.ts';
import type { Tables } from './schema/tables.ts';

/** An open store. Whoever opened it closes it. */
export interface Store {
  readonly dialect: DialectName;
  readonly registries: RegistryStore;
  readonly scans: ScanStore;
  close(): Promise<void>;
}

/** Opens the store a configuration names and brings its tables up to date. Throws a `StoreError` that says what is wrong. */
export async function openStore(config: StoreConfig): Promise<Store> {
  const { name, dialect } = await openDialect(config);
  const db = new Kysely<Tables>({ dialect });
  try {
    await migrate(db, name);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    dialect: name,
    registries: new KyselyRegistryStore(db),
    scans: new KyselyScanStore(db, name),
    close: () => db.destroy(),
  };
}
