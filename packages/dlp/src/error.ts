import { CodedError } from '@bulkhead/core';

export type DlpErrorCode =
  | 'TOO_MANY_SENSORS'
  | 'TOO_MANY_LITERALS'
  | 'TOO_MANY_DEFINITIONS'
  | 'DUPLICATE_SENSOR'
  | 'CONFLICTING_DEFINITION'
  | 'SENSOR_FILE';

/** A set of sensors that cannot be compiled, though each of them is valid. */
export class DlpError extends CodedError<DlpErrorCode> {
  override name = 'DlpError';
}
