import { CodedError } from '@bulkhead/core';

export type OciErrorCode =
  /** A file that is no archive of an image, a manifest that describes none, an artifact of another kind. */
  | 'NOT_AN_IMAGE'
  /** An archive that contradicts itself or was cut. */
  | 'ARCHIVE_CORRUPT'
  | 'LAYER_CORRUPT'
  /** A bound of ours: entries, bytes, ratio, path length, time. */
  | 'LAYER_TOO_LARGE'
  /** A compression or encryption that is not read. */
  | 'LAYER_UNSUPPORTED'
  | 'INVALID_REFERENCE'
  | 'IMAGE_NOT_FOUND'
  | 'PLATFORM_NOT_FOUND'
  | 'INVALID_CREDENTIALS'
  | 'REGISTRY_DENIED'
  | 'REGISTRY_UNREACHABLE'
  /** It answers, but not as the protocol says. */
  | 'REGISTRY_FAILED'
  | 'RUNTIME_UNREACHABLE'
  | 'RUNTIME_FAILED';

/** What keeps an image from being read. */
export class OciError extends CodedError<OciErrorCode> {
  override name = 'OciError';
}
