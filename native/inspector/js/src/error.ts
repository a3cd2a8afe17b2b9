import { AddonError, type LoadFailure, typedBy } from '@bulkhead/addon';

export type InspectorErrorCode =
  | LoadFailure
  | 'INVALID_PROGRAM'
  | 'UNREADABLE_CAPTURE'
  | 'NOT_A_CAPTURE'
  | 'TRUNCATED_CAPTURE'
  | 'CORRUPT_CAPTURE'
  | 'UNSUPPORTED_LINK_TYPE'
  | 'QUEUE_UNAVAILABLE'
  | 'TAP_UNAVAILABLE'
  | 'UNWRITABLE_RECORDING'
  | 'NAMESPACE_UNAVAILABLE'
  | 'NOT_PERMITTED'
  | 'UNKNOWN_SOURCE'
  | 'DUPLICATE_SOURCE'
  | 'STOPPED';

/** Why the inspector could not do what was asked. The message is one line that says what, why and what to do. */
export class InspectorError extends AddonError<InspectorErrorCode> {
  override readonly name = 'InspectorError';
}

/** Runs a call into the addon; what it throws, or rejects with, comes out as an InspectorError. */
export const typed = typedBy(InspectorError);
