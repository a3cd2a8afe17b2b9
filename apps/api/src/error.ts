import { CodedError } from '@bulkhead/core';

export type ApiErrorCode =
  /** Certificate and key cannot be used. */
  | 'INVALID_CERTIFICATE'
  /** A file with a password or a secret cannot be used. */
  | 'INVALID_SECRET'
  /** What the configuration names as source of policy cannot be followed. */
  | 'POLICY_UNAVAILABLE';

/** What keeps the api from starting. */
export class ApiError extends CodedError<ApiErrorCode> {
  override name = 'ApiError';
}
