export { StoreConfig } from './config.ts';
export type { DialectName } from './dialect/open-dialect.ts';
export { StoreError, type StoreErrorCode } from './error.ts';
export { openStore, type Store } from './open-store.ts';
