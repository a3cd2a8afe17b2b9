import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { LAYER_REPORT_VERSION, type LayerCache, type LayerReport } from '@bulkhead/scanner';

export interface DiskLayerCacheOptions {
  /** What all entries together may take; the least recently used go first. */
  readonly maxBytes?: number;
}

/** Some ten thousand layers: a report of a base image is about 100 kB. */
export const DEFAULT_CACHE_BYTES = 1 << 30;
/** One entry. A larger report is read again rather than kept. */
const MAX_ENTRY_BYTES = 64 << 20;
/** What an entry may become in memory: a broken or planted one must not take all of it. */
const MAX_REPORT_BYTES = 512 << 20;
/** Evicting down to this much makes room for more than the next entry. */
const KEPT_SHARE = 0.8;
const SUFFIX = '.report.zst';
/** Temporary files of writers that died are older than this. */
const STALE_MS = 60 * 60_000;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/**
 * Layer reports in a folder, one file each: a checksum and zstd-compressed JSON, written beside its place and renamed
 * into it, so that any number of processes may share the folder. An entry that cannot be read is a miss and is removed;
 * a disk that is full or read-only makes a cache that keeps nothing. No error ever leaves it.
 */
export class DiskLayerCache implements LayerCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  #ready: Promise<boolean> | undefined;
  /** Bytes that may be written before the folder is looked at again: none before it was seen. */
  #room = 0;

  constructor(folder: string, { maxBytes = DEFAULT_CACHE_BYTES }: DiskLayerCacheOptions = {}) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  async get(key: string): Promise<LayerReport | undefined> {
    const file = this.#file(key);
    let stored: Buffer;
    try {
      stored = await readFile(file);
    } catch {
      return undefined;
    }
    try {
      const compressed = stored.subarray(CHECKSUM_BYTES);
      if (!checksumOf(compressed).equals(stored.subarray(0, CHECKSUM_BYTES))) throw new Error('damaged');
      const content = await decompress(compressed, { maxOutputLength: MAX_REPORT_BYTES });
      const entry: unknown = JSON.parse(content.toString());
      if (!isEntry(entry, key)) throw new Error('another kind of entry');
      const now = new Date();
      // What was used last stays longest.
      await utimes(file, now, now).catch(() => undefined);
      return entry.report;
    } catch {
      await rm(file, { force: true }).catch(() => undefined);
      return undefined;
    }
  }

  async put(key: string, report: LayerReport): Promise<void> {
    try {
      if (!(await this.#prepare())) return;
      const entry: Entry = { version: LAYER_REPORT_VERSION, key, report };
      const compressed = await compress(JSON.stringify(entry));
      const content = Buffer.concat([checksumOf(compressed), compressed]);
      if (content.length > Math.min(MAX_ENTRY_BYTES, this.#maxBytes)) return;
      const temporary = join(this.#folder, `${randomBytes(8).toString('hex')}.tmp`);
      try {
        await writeFile(temporary, content, { mode: 0o600, flag: 'wx' });
        await rename(temporary, this.#file(key));
      } catch {
        await rm(temporary, { force: true });
        return;
      }
      this.#room -= content.length;
      if (this.#room < 0) await this.#sweep();
    } catch {
      // No room, no permission: the next scan reads the layer again.
    }
  }

  #prepare(): Promise<boolean> {
    this.#ready ??= mkdir(this.#folder, { recursive: true, mode: 0o700 }).then(
      () => true,
      () => false,
    );
    return this.#ready;
  }

  /** Removes the least recently used entries when all together are too large, and what dead writers left. */
  async #sweep(): Promise<void> {
    const names = await readdir(this.#folder);
    const files: { file: string; bytes: number; usedAt: number }[] = [];
    for (const name of names) {
      const file = join(this.#folder, name);
      const found = await stat(file).catch(() => undefined);
      if (found === undefined) continue;
      if (name.endsWith('.tmp') && Date.now() - found.mtimeMs > STALE_MS) await rm(file, { force: true });
      if (name.endsWith(SUFFIX)) files.push({ file, bytes: found.size, usedAt: found.mtimeMs });
    }
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total > this.#maxBytes) {
      for (const { file, bytes } of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
        if (total <= this.#maxBytes * KEPT_SHARE) break;
        await rm(file, { force: true });
        total -= bytes;
      }
    }
    this.#room = this.#maxBytes - total;
  }

  #file(key: string): string {
    // Keys are digests and digests only; whatever else came must not become a path.
    return join(this.#folder, `${key.replace(/[^\w-]/g, '_').slice(0, 200)}${SUFFIX}`);
  }
}

const CHECKSUM_BYTES = 32;

/** Not zstd's own: Node's decompression does not notice when it is cut off. */
function checksumOf(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}

interface Entry {
  readonly version: number;
  readonly key: string;
  readonly report: LayerReport;
}

const LISTS = ['files', 'removed', 'opaque', 'replaced', 'folders', 'links', 'gaps'] as const;

/** The checksum says that the bytes are as they were written; this says that it was written by this version. */
function isEntry(value: unknown, key: string): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { version, key: stored, report } = value as Partial<Entry>;
  if (version !== LAYER_REPORT_VERSION || stored !== key || typeof report !== 'object') return false;
  return typeof report.diffId === 'string' && LISTS.every((list) => Array.isArray(report[list]));
}
