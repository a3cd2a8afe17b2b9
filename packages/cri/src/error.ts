import { CodedError } from '@bulkhead/core';

export type CriErrorCode =
  /** Nothing answers at the socket. */
  | 'RUNTIME_UNREACHABLE'
  /** Something answers that does not speak `runtime.v1`. */
  | 'RUNTIME_UNSUPPORTED'
  /** The runtime refused or failed a call. */
  | 'CALL_FAILED';

export class CriError extends CodedError<CriErrorCode> {
  override name = 'CriError';
}
