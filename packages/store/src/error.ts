import { CodedError } from '@bulkhead/core';

export type StoreErrorCode = 'STORE_UNREACHABLE' | 'STORE_TOO_NEW' | 'STORE_CONFLICT';

/** What keeps something from being stored or found. */
export class StoreError extends CodedError<StoreErrorCode> {
  override name = 'StoreError';
}
