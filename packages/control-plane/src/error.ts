import { CodedError } from '@bulkhead/core';

export type ControlPlaneErrorCode =
  /** A cursor that no list gave out. */
  'CURSOR_INVALID';

/** What keeps a request to the control plane from being understood. */
export class ControlPlaneError extends CodedError<ControlPlaneErrorCode> {
  override name = 'ControlPlaneError';
}
