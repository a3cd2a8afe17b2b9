import type { ContentSink, EntryVisitor, FileEntry } from '@bulkhead/scanner';
import { OciError } from '../error.ts';
import type { TarVisitor } from '../tar/reader.ts';

const PREFIX = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * Tells whiteouts from files by the OCI image specification ("Layer Filesystem Changeset", Whiteouts): a last segment
 * that begins with `.wh.` removes its sibling of that name, `.wh..wh..opq` hides what older layers have in its folder.
 * Other names that begin with `.wh..wh.` are AUFS's own bookkeeping, which no runtime unpacks.
 */
export function readingWhiteouts(visitor: EntryVisitor): TarVisitor {
  function file(entry: FileEntry): ContentSink | undefined {
    const cut = entry.path.lastIndexOf('/') + 1;
    if (!entry.path.startsWith(PREFIX, cut)) return visitor.file(entry);
    const folder = entry.path.slice(0, Math.max(cut - 1, 0));
    const name = entry.path.slice(cut);
    if (name === OPAQUE) visitor.whiteout(folder, 'opaque');
    else if (!name.startsWith(PREFIX + PREFIX)) visitor.whiteout(join(folder, removedName(name)), 'removed');
    return undefined;
  }

  return { folder: (path) => visitor.folder(path), file };
}

function removedName(name: string): string {
  const removed = name.slice(PREFIX.length);
  if (removed !== '' && removed !== '.' && removed !== '..') return removed;
  throw new OciError('LAYER_CORRUPT', `the layer has a whiteout that names no file ("${name}")`);
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
