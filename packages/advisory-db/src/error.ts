import { CodedError } from '@bulkhead/core';

export type AdvisoryDbErrorCode =
  | 'DB_MISSING'
  | 'DB_CORRUPT'
  | 'DB_TOO_NEW'
  | 'DB_DISK_FULL'
  | 'FEED_UNREACHABLE'
  | 'FEED_INVALID';

/** What keeps the vulnerability database from being built, updated or read. */
export class AdvisoryDbError extends CodedError<AdvisoryDbErrorCode> {
  override name = 'AdvisoryDbError';
}
