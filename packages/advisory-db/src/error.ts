import { CodedError } from '@bulkhead/core';

export type AdvisoryDbErrorCode =
  | 'DB_MISSING'
  | 'DB_CORRUPT'
  | 'DB_TOO_NEW'
  | 'DB_DISK_FULL'
  | 'DB_BUSY'
  | 'DB_UNWRITABLE'
  | 'FEED_UNREACHABLE'
  | 'FEED_INVALID';

/** What keeps the vulnerability database from being built, updated or read. */
export class AdvisoryDbError extends CodedError<AdvisoryDbErrorCode> {
  override name = 'AdvisoryDbError';

  /** Whether the same call may succeed later without anybody changing its input. */
  get retryable(): boolean {
    return this.code === 'FEED_UNREACHABLE' || this.code === 'DB_BUSY' || this.code === 'DB_DISK_FULL';
  }
}
