import { CodedError } from '@bulkhead/core';

export type OciErrorCode =
  | 'IMAGE_NOT_FOUND'
  | 'REGISTRY_DENIED'
  | 'REGISTRY_UNREACHABLE'
  | 'LAYER_CORRUPT'
  | 'LAYER_TOO_LARGE'
  | 'NOT_AN_IMAGE';

/** What keeps an image from being read. */
export class OciError extends CodedError<OciErrorCode> {
  override name = 'OciError';
}
