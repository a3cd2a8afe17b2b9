import { MISCONFIGURATION_READERS, type Reader, type ReaderSubject, readersFor } from '@bulkhead/scanner';
import type { Scanner } from './options.ts';

/**
 * The readers that what is looked for needs. Packages are always read: every format lists them. Dockerfiles and manifests
 * are sources: in an image or on a machine they are somebody's examples and not how it runs.
 */
export function readersOf(subject: ReaderSubject, scanners: readonly Scanner[]): readonly Reader[] {
  const misconfigurations = scanners.includes('misconfig') && subject === 'filesystem' ? MISCONFIGURATION_READERS : [];
  return [...readersFor(subject), ...misconfigurations];
}
