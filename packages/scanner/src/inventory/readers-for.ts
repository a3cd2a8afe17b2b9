import type { Reader } from '../reader/reader.ts';

/** What is scanned: an image, a folder of sources, the root of an unpacked system, or this machine. */
export const READER_SUBJECTS = ['image', 'filesystem', 'rootfs', 'host'] as const;
export type ReaderSubject = (typeof READER_SUBJECTS)[number];

/**
 * The readers that apply to a subject, loaded when asked for. An image that carries an application's lock file beside
 * what was installed from it would count everything twice, and count development dependencies that are not there.
 */
export async function readersFor(subject: ReaderSubject): Promise<readonly Reader[]> {
  if (subject === 'filesystem') return (await import('./declared.ts')).DECLARED;
  return (await import('./installed.ts')).INSTALLED;
}
