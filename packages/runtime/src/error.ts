import { CodedError } from '@bulkhead/core';

export type RuntimeErrorCode =
  /** The command line says something it must not. */
  | 'INVALID_ARGUMENTS'
  | 'CONFIG_UNREADABLE'
  | 'CONFIG_INVALID'
  /** A file that the configuration names. */
  | 'UNREADABLE_FILE'
  | 'ADDRESS_IN_USE'
  | 'ADDRESS_UNAVAILABLE'
  | 'OUTPUT_CLOSED';

/** What keeps a process from starting or from being heard. */
export class RuntimeError extends CodedError<RuntimeErrorCode> {
  override name = 'RuntimeError';
}
