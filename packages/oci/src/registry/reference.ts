import { type ImageReference, readImageReference } from '@bulkhead/core';
import { OciError } from '../error.ts';

export { DEFAULT_REGISTRY, type ImageReference, referenceText } from '@bulkhead/core';

/** As `readImageReference`, for callers that need one. Throws an `OciError`. */
export function parseReference(text: string): ImageReference {
  const outcome = readImageReference(text);
  if (outcome.ok) return outcome.reference;
  const what = `"${text.slice(0, 100)}" is no reference of an image`;
  throw new OciError('INVALID_REFERENCE', { what, why: outcome.why, fix: 'write it as registry/repository:tag' });
}
