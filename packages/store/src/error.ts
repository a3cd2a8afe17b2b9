import { CodedError } from '@bulkhead/core';

export type StoreErrorCode =
  /** Nobody answers, or the file cannot be opened. */
  | 'STORE_UNREACHABLE'
  /** The server does not take the name or the password. */
  | 'STORE_DENIED'
  /** A newer Bulkhead has changed its tables. */
  | 'STORE_TOO_NEW'
  /** Two changes got into each other's way: trying again helps. */
  | 'STORE_CONFLICT'
  /** Somebody else holds it for too long. */
  | 'STORE_BUSY'
  /** No room is left where it lives. */
  | 'STORE_FULL'
  /** What is in it contradicts itself. */
  | 'STORE_CORRUPT'
  /** The text cannot be kept as it is. */
  | 'UNSTORABLE_TEXT'
  /** It is larger than anything that is kept. */
  | 'STORE_TOO_LARGE';

const RETRYABLE: ReadonlySet<StoreErrorCode> = new Set([
  'STORE_UNREACHABLE',
  'STORE_CONFLICT',
  'STORE_BUSY',
  'STORE_FULL',
]);

/** What keeps something from being stored or found. */
export class StoreError extends CodedError<StoreErrorCode> {
  override name = 'StoreError';

  /** Whether the same call may succeed later without anybody changing its input. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}
