import { CodedError } from '@bulkhead/core';

export type AlertSinkErrorCode =
  /** A file with a secret, a certificate or an authority cannot be used. */
  'UNUSABLE_FILE';

/** What keeps a sink from being used at all until somebody corrects it. */
export class AlertSinkError extends CodedError<AlertSinkErrorCode> {
  override name = 'AlertSinkError';
}
