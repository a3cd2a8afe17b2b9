import { CodedError } from '@bulkhead/core';

export type WebhookErrorCode =
  /** The certificate and its key are none, or not a pair. */
  | 'INVALID_CERTIFICATE'
  /** The api cannot be asked for what is known of images. */
  | 'IMAGES_UNKNOWN';

/** What keeps the webhook from starting, or from taking over what changed. */
export class WebhookError extends CodedError<WebhookErrorCode> {
  override name = 'WebhookError';
}
