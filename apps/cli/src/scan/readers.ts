import { misconfigurationReaders, type Reader, type ReaderSubject, readersFor, secretReader } from '@bulkhead/scanner';
import { createSecretScanner } from '../secret-scanner.ts';
import type { Scanner } from './options.ts';

/**
 * The readers that what is looked for needs. Packages are always read: every format lists them. Dockerfiles and manifests
 * are sources: in an image or on a machine they are somebody's examples and not how it runs.
 */
export async function readersOf(subject: ReaderSubject, scanners: readonly Scanner[]): Promise<readonly Reader[]> {
  const misconfigurations =
    scanners.includes('misconfig') && subject === 'filesystem' ? await misconfigurationReaders() : [];
  const secrets = scanners.includes('secret') ? [secretReader(await createSecretScanner(), subject)] : [];
  return [...(await readersFor(subject)), ...misconfigurations, ...secrets];
}
