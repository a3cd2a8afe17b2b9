import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { ContentSink, EntryVisitor, Gap, TreeRead } from '@bulkhead/scanner';

/** Files of one tree; the largest build machines have some ten million. */
export const MAX_ENTRIES = 20_000_000;
/** Open folders are one each; deeper trees are made by mistake or malice. */
export const MAX_DEPTH = 200;
const CHUNK_BYTES = 256 * 1024;
/** How long the walk keeps the process to itself. */
const BREATH_MS = 20;
/** Looking at the clock for each of a million files costs as much as some of them. */
const ENTRIES_PER_LOOK = 16;

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Without waiting: what looked like a file may have become a pipe. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface WalkOptions {
  /** Whether a folder is left out; asked with its path from the root. */
  readonly isLeftOut: (path: string) => boolean;
  readonly maxEntries?: number;
}

/** Walks a tree once. Every name is looked up in its folder as it was opened, so that no link can lead elsewhere. */
export class Walk {
  readonly #visitor: EntryVisitor;
  readonly #options: WalkOptions;
  readonly #signal: AbortSignal;
  readonly #gaps: Gap[] = [];
  readonly #leftOut: string[] = [];
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #entries = 0;
  #bytes = 0;
  #breathAt = performance.now() + BREATH_MS;
  #isFull = false;

  constructor(visitor: EntryVisitor, options: WalkOptions, signal: AbortSignal) {
    this.#visitor = visitor;
    this.#options = options;
    this.#signal = signal;
  }

  async run(root: string): Promise<TreeRead> {
    this.#signal.throwIfAborted();
    const descriptor = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await this.#folder(descriptor, root, '', 0);
    } finally {
      closeSync(descriptor);
    }
    return { entries: this.#entries, bytes: this.#bytes, gaps: this.#gaps, leftOut: this.#leftOut.toSorted() };
  }

  async #folder(descriptor: number, realPath: string, path: string, depth: number): Promise<void> {
    const here = handleOf(descriptor, realPath);
    const folders: string[] = [];
    const listing = opendirSync(here, { bufferSize: 256 });
    try {
      for (let entry = listing.readSync(); entry !== null; entry = listing.readSync()) {
        if (!this.#count()) return;
        const below = path === '' ? entry.name : `${path}/${entry.name}`;
        if (entry.name.includes('\uFFFD')) this.#gap(below, 'unreadable', 'its name is no UTF-8');
        else if (entry.isDirectory()) folders.push(entry.name);
        else if (!entry.isFIFO() && !entry.isSocket() && !entry.isCharacterDevice() && !entry.isBlockDevice()) {
          if (this.#file(`${here}/${entry.name}`, below) === 'folder') folders.push(entry.name);
        }
        if (this.#mustBreathe()) await this.#breathe();
      }
    } finally {
      listing.closeSync();
    }
    for (const name of folders) {
      const below = path === '' ? name : `${path}/${name}`;
      if (this.#options.isLeftOut(below)) this.#leftOut.push(below);
      else if (depth === MAX_DEPTH) this.#gap(below, 'limit', `it is deeper than ${MAX_DEPTH} folders`);
      else await this.#descend(`${here}/${name}`, join(realPath, name), below, depth + 1);
    }
  }

  async #descend(handle: string, realPath: string, path: string, depth: number): Promise<void> {
    let descriptor: number;
    try {
      descriptor = openSync(handle, FOLDER);
    } catch (error) {
      this.#failed(path, error);
      return;
    }
    try {
      this.#visitor.folder(path);
      await this.#folder(descriptor, realPath, path, depth);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#failed(path, error);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Offers a file or link. Some file systems do not say in their listings what is a folder: then it is one after all. */
  #file(handle: string, path: string): 'folder' | undefined {
    try {
      const stat = lstatSync(handle);
      const mode = stat.mode & 0o7777;
      if (stat.isDirectory()) return 'folder';
      if (stat.isSymbolicLink()) {
        this.#visitor.file({ path, size: 0, mode, kind: 'symlink', target: readlinkSync(handle) });
      } else if (stat.isFile()) {
        const sink = this.#visitor.file({ path, size: stat.size, mode, kind: 'file' });
        if (sink !== undefined) this.#content(handle, path, sink);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#failed(path, error);
    }
    return undefined;
  }

  #content(handle: string, path: string, sink: ContentSink): void {
    let descriptor: number;
    try {
      descriptor = openSync(handle, FILE);
    } catch (error) {
      // The readers' own gaps say that a content is missing; this one says why.
      sink.end(false);
      if (!isSystemError(error)) throw error;
      this.#failed(path, error);
      return;
    }
    let complete = false;
    try {
      if (!fstatSync(descriptor).isFile()) return;
      for (;;) {
        const length = readSync(descriptor, this.#chunk, 0, CHUNK_BYTES, null);
        this.#bytes += length;
        if (length === 0 || !sink.write(this.#chunk.subarray(0, length))) break;
      }
      complete = true;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#failed(path, error);
    } finally {
      closeSync(descriptor);
      sink.end(complete);
    }
  }

  #count(): boolean {
    this.#entries += 1;
    const max = this.#options.maxEntries ?? MAX_ENTRIES;
    if (this.#entries <= max) return true;
    if (!this.#isFull)
      this.#gaps.push({ code: 'limit', message: `there are more than ${max} files; the rest was not looked at` });
    this.#isFull = true;
    return false;
  }

  #mustBreathe(): boolean {
    return this.#entries % ENTRIES_PER_LOOK === 0 && performance.now() >= this.#breathAt;
  }

  async #breathe(): Promise<void> {
    await breathe();
    this.#signal.throwIfAborted();
    this.#breathAt = performance.now() + BREATH_MS;
  }

  #failed(path: string, error: unknown): void {
    const code = isSystemError(error) ? error.code : '';
    // What is gone by now is not there; what became a link was replaced while it was looked at.
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR') return;
    this.#gap(path, 'unreadable', REASONS[code] ?? `it cannot be opened (${code})`);
  }

  #gap(path: string, code: Gap['code'], message: string): void {
    this.#gaps.push({ code, message, path });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'reading it is not permitted',
  EPERM: 'reading it is not permitted',
  EIO: 'the disk does not give it',
};

/** A path below which names are looked up in the open folder itself, as openat(2) does; without /proc, its real path. */
function handleOf(descriptor: number, realPath: string): string {
  return HAS_HANDLES ? `/proc/self/fd/${descriptor}` : realPath;
}

const HAS_HANDLES = existsSync('/proc/self/fd');

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
