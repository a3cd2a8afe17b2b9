import { createHash } from 'node:crypto';
import type { PolicySource } from '@bulkhead/policy';

/** A version that follows from what documents say and where they are. */
export function versionOfSources(sources: readonly PolicySource[]): string {
  const text = JSON.stringify(sources.map(({ file, text: content }) => [file, content]));
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
