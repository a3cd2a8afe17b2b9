export { type AwaitStoreOptions, awaitStore } from './await-store.ts';
export { StoreConfig } from './config.ts';
export type { DialectName } from './dialect/open-dialect.ts';
export { StoreError, type StoreErrorCode } from './error.ts';
export type { ImageCatalog, ImageFilter, ImageOverview } from './image/image-catalog.ts';
export type { ImageFeed } from './image/image-feed.ts';
export {
  type BegunNodeScan,
  type JudgedNodeScan,
  NODE_SCAN_STATES,
  type NodeScanFailureCode,
  type NodeScanOverview,
  type NodeScanStore,
} from './node-scan/node-scan.ts';
export { openStore, type Store } from './open-store.ts';
