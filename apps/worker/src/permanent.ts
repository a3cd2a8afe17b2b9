import { CodedError } from '@bulkhead/core';
import { StoreError } from '@bulkhead/store';

/** What an image is, and will be at the next try: its digest names its content. */
const OF_THE_IMAGE: ReadonlySet<string> = new Set([
  'NOT_AN_IMAGE',
  'LAYER_CORRUPT',
  'LAYER_TOO_LARGE',
  'LAYER_UNSUPPORTED',
  'INVALID_REFERENCE',
  'IMAGE_NOT_FOUND',
  'PLATFORM_NOT_FOUND',
  'TOO_MANY_FINDINGS',
]);

/** Whether trying the same again gives the same: then a job is not tried again. */
export function isPermanent(error: unknown): boolean {
  if (error instanceof StoreError) return !error.retryable;
  return error instanceof CodedError && OF_THE_IMAGE.has((error as CodedError<string>).code);
}
