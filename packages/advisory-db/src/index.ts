export { AdvisoryDatabase } from './advisory-database.ts';
export { type BuildOptions, type BuildProgress, buildDatabase } from './build/build.ts';
export type { DatabaseSummary, Rejection, SourceKind, SourceSummary } from './database-summary.ts';
export { AdvisoryDbError, type AdvisoryDbErrorCode } from './error.ts';
export type { Bucket, LocalFile } from './feed/bucket.ts';
export type { Catalogues } from './feed/catalogues.ts';
export { FolderBucket } from './feed/folder-bucket.ts';
export { fileResource, type Resource } from './feed/resource.ts';
export type { PackageKey } from './package-key.ts';
