import { CodedError } from '@bulkhead/core';

export type DlpErrorCode = 'TOO_MANY_SENSORS' | 'TOO_MANY_LITERALS' | 'DUPLICATE_SENSOR' | 'CONFLICTING_LITERAL';

/** A set of sensors that cannot be compiled, though each of them is valid. */
export class DlpError extends CodedError<DlpErrorCode> {
  override name = 'DlpError';
}
