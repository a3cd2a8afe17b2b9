import type { FileEntry, Reader } from '../reader/reader.ts';
import type { LayeredView } from './layered-view.ts';

/** A file that a reader wants under one name and that is stored under another it does not want. */
export interface LinkedFile {
  readonly path: string;
  readonly target: string;
  readonly readers: readonly Reader[];
}

/** Links beyond these are not followed: nobody links more databases than that under their well-known names. */
export const MAX_LINKED_FILES = 100;

/**
 * Finds the links under whose name a reader expects a file that it would not look at where it really is, such as an
 * `etc/os-release` that leads to a place no standard knows. Judged by name alone: by mode every link is executable.
 */
export function findLinkedFiles(view: LayeredView, readers: readonly Reader[]): LinkedFile[] {
  const found: LinkedFile[] = [];
  for (const { path } of view.links.links) {
    const wanting = readers.filter((reader) => reader.wants(plainFile(path)));
    if (wanting.length === 0) continue;
    const target = view.links.resolve(path);
    if (target === undefined || target === '') continue;
    const missed = wanting.filter((reader) => !reader.wants(plainFile(target)));
    if (missed.length > 0) found.push({ path, target, readers: missed });
    if (found.length === MAX_LINKED_FILES) break;
  }
  return found;
}

/** What a reader is asked about when only the name is known: a file of ordinary size. */
function plainFile(path: string): FileEntry {
  return { path, size: 1024, mode: 0o644, kind: 'file' };
}
