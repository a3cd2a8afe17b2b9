import { OciError } from '../error.ts';
import { entryPath } from '../tar/entry-path.ts';

/** Entries of an image's archive: its blobs, and with older `docker save` three files a layer. */
const MAX_ARCHIVE_ENTRIES = 100_000;
/** Links that `docker save` and skopeo write for layers they have written already lead to files, not to further links. */
const MAX_HOPS = 8;

/** Where a file's content is in the (uncompressed) archive. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

type Entry = { readonly kind: 'file'; readonly extent: Extent } | { readonly kind: 'link'; readonly target: string };

/** The files of an archive by name. */
export class EntryTable {
  readonly archive: string;
  readonly #entries = new Map<string, Entry>();

  constructor(archive: string) {
    this.archive = archive;
  }

  get names(): Iterable<string> {
    return this.#entries.keys();
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  addFile(path: string, extent: Extent): void {
    this.#add(path, { kind: 'file', extent });
  }

  addLink(path: string, target: string, kind: 'symlink' | 'hardlink'): void {
    this.#add(path, { kind: 'link', target: kind === 'symlink' ? besides(path, target) : target });
  }

  /** Where a file is, links followed; undefined where there is none. */
  find(name: string): Extent | undefined {
    let path = name;
    for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
      const entry = this.#entries.get(path);
      if (entry?.kind !== 'link') return entry?.extent;
      path = entry.target;
    }
    throw archiveCorrupt(this.archive, `the link "${name.slice(0, 100)}" leads in circles`);
  }

  #add(path: string, entry: Entry): void {
    // Which of two counts depends on the program that reads it: what is scanned must be what is loaded.
    if (this.#entries.has(path)) throw archiveCorrupt(this.archive, `"${path.slice(0, 100)}" is in it twice`);
    if (this.#entries.size === MAX_ARCHIVE_ENTRIES) {
      throw archiveCorrupt(this.archive, `it has more than ${MAX_ARCHIVE_ENTRIES} files`);
    }
    this.#entries.set(path, entry);
  }
}

export function archiveCorrupt(archive: string, why: string, cause?: unknown): OciError {
  return new OciError('ARCHIVE_CORRUPT', { what: `the archive "${archive}" cannot be read`, why }, { cause });
}

/** A symbolic link's target as a path from the root of the archive; one that leads out of it is a damaged archive's. */
function besides(path: string, target: string): string {
  const folder = path.split('/').slice(0, -1);
  for (const segment of target.split('/')) {
    if (segment === '..') {
      if (folder.pop() === undefined) return entryPath(target);
    } else if (segment !== '' && segment !== '.') folder.push(segment);
  }
  return folder.join('/');
}
