import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { AdvisoryDbError } from '../error.ts';
import { MAX_RECORD_BYTES } from './osv-schema.ts';

/** One file of an archive: its bytes, or why it cannot be read. */
export type ZipRecord =
  | { readonly name: string; readonly bytes: Buffer }
  | { readonly name: string; readonly problem: string };

/** Told how many of the archive's files have been looked at. */
export type OnEntries = (done: number, total: number) => void;

/** All of OSV has 700,000 records. */
const MAX_ENTRIES = 5_000_000;
/** Inflated; all of OSV has 3 GB. Deflate alone would allow a thousand times the archive. */
const MAX_INFLATED_BYTES = 64 * 1024 ** 3;
const STORED = 0;
const DEFLATED = 8;

/**
 * The JSON files of a zip archive, in any folder, one after another. One that is damaged, encrypted or too large is
 * reported in its place; an archive whose directory lies is FEED_INVALID as a whole.
 */
export async function* zipRecords(file: string, onEntries?: OnEntries): AsyncGenerator<ZipRecord> {
  const window = new FileWindow(file);
  try {
    const zip = await fromRandomAccessReaderPromise(window, window.size, { autoClose: false, lazyEntries: true });
    let [entries, compressed, inflated] = [0, 0, 0];
    for await (const entry of zip.eachEntry()) {
      entries += 1;
      compressed += entry.compressedSize;
      inflated += entry.uncompressedSize;
      // Entries that overlap make a small archive inflate to anything.
      if (entries > MAX_ENTRIES || compressed > window.size || inflated > MAX_INFLATED_BYTES) {
        throw new Error('its entries are more or larger than the archive can hold');
      }
      onEntries?.(entries, zip.entryCount);
      if (entry.fileName.endsWith('.json')) yield await readEntry(zip, entry, window);
    }
  } catch (cause) {
    if (cause instanceof AdvisoryDbError) throw cause;
    throw new AdvisoryDbError(
      'FEED_INVALID',
      {
        what: `cannot read the archive ${JSON.stringify(file)}`,
        why: cause instanceof Error ? cause.message : String(cause),
        fix: 'fetch it again',
      },
      { cause },
    );
  } finally {
    window.dispose();
  }
}

async function readEntry(zip: ZipFile, entry: Entry, window: FileWindow): Promise<ZipRecord> {
  const { fileName: name, compressedSize, uncompressedSize, compressionMethod } = entry;
  if (uncompressedSize > MAX_RECORD_BYTES) return { name, problem: `it has ${uncompressedSize} bytes` };
  if (compressedSize > MAX_RECORD_BYTES) return { name, problem: `it has ${compressedSize} compressed bytes` };
  if (entry.isEncrypted()) return { name, problem: 'it is encrypted' };
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    return { name, problem: `compression method ${compressionMethod} is not known` };
  }
  try {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const packed = window.bytes(fileDataStart, compressedSize);
    // Inflating here and not in a stream: 10,000 streams take ten times as long as what they carry.
    const bytes =
      compressionMethod === STORED
        ? Buffer.from(packed)
        : inflateRawSync(packed, { maxOutputLength: uncompressedSize + 1 });
    if (bytes.length !== uncompressedSize || crc32(bytes) !== entry.crc32) return { name, problem: 'it is damaged' };
    return { name, bytes };
  } catch (error) {
    return { name, problem: `it is damaged: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** What is read at once: the directory and the entries of an archive lie in order. */
const WINDOW_BYTES = 1024 * 1024;

/**
 * Reads a file through two windows, one for the archive's directory and one for its entries, so that the many small
 * reads of both need few system calls.
 */
class FileWindow extends RandomAccessReader {
  readonly size: number;
  readonly #fd: number;
  readonly #windows: { start: number; bytes: Buffer }[] = [];

  constructor(file: string) {
    super();
    try {
      this.#fd = openSync(file, 'r');
      this.size = fstatSync(this.#fd).size;
    } catch (cause) {
      throw new AdvisoryDbError(
        'FEED_UNREACHABLE',
        {
          what: `cannot read the archive ${JSON.stringify(file)}`,
          why: (cause as Error).message,
          fix: 'check the path',
        },
        { cause },
      );
    }
  }

  /** A view of the file that holds until the next call. */
  bytes(position: number, length: number): Buffer {
    if (position + length > this.size) throw new Error('it reaches beyond the end of the archive');
    if (length > WINDOW_BYTES) return this.#load(position, length);
    const held = this.#windows.find(
      ({ start, bytes }) => position >= start && position + length <= start + bytes.length,
    );
    const window = held ?? this.#slide(position);
    return window.bytes.subarray(position - window.start, position - window.start + length);
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    let failure: Error | null = null;
    try {
      this.bytes(position, length).copy(target, offset);
    } catch (error) {
      failure = error as Error;
    }
    callback(failure);
  }

  dispose(): void {
    closeSync(this.#fd);
  }

  #slide(position: number): { start: number; bytes: Buffer } {
    const window = { start: position, bytes: this.#load(position, Math.min(WINDOW_BYTES, this.size - position)) };
    this.#windows.push(window);
    if (this.#windows.length > 2) this.#windows.shift();
    return window;
  }

  #load(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const more = readSync(this.#fd, bytes, read, length - read, position + read);
      if (more === 0) throw new Error('it became shorter while it was read');
      read += more;
    }
    return bytes;
  }
}
