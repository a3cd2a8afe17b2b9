import { AddonError, type LoadFailure, typedBy } from '@bulkhead/addon';

export type SentinelErrorCode =
  | LoadFailure
  | 'NOT_PERMITTED'
  | 'UNSUPPORTED'
  | 'CONTAINER_GONE'
  | 'NOT_A_CONTAINER'
  | 'IMAGE_UNKNOWN'
  | 'INVALID_RULES'
  | 'NO_RESOURCES'
  | 'DUPLICATE_CONTAINER'
  | 'UNKNOWN_CONTAINER'
  | 'STOPPED';

/** Why the sentinel could not do what was asked. The message is one line that says what, why and what to do. */
export class SentinelError extends AddonError<SentinelErrorCode> {
  override readonly name = 'SentinelError';
}

/** Runs a call into the addon; what it throws comes out as a SentinelError. */
export const typed = typedBy(SentinelError);
