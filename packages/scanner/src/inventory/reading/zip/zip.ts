import { inflateRawSync } from 'node:zlib';

/** Signatures of APPNOTE.TXT (pkware), little endian. */
const END = 0x06054b50;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_END = 0x06064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

const END_SIZE = 22;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
const MAX_COMMENT = 65_535;
/** The largest fat JARs have some 200,000 classes. */
const MAX_ENTRIES = 500_000;
const ABSENT_32 = 0xffffffff;

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly compressedSize: number;
  readonly size: number;
  /** Of the local header, from the beginning of the bytes. */
  readonly offset: number;
}

export type ZipContent =
  | { readonly content: Buffer }
  | { readonly problem: 'corrupt' | 'too-large' | 'encrypted' | 'unsupported' };

/**
 * Reads a ZIP archive from its bytes by its central directory, as all tools that run it do: what only local headers say
 * does not exist. Bytes before the archive (self-extracting, executable JARs) are allowed.
 */
export class ZipFile {
  readonly #bytes: Buffer;
  readonly entries: readonly ZipEntry[];
  /** Whether the directory ended before all its entries were read. */
  readonly isCut: boolean;

  private constructor(bytes: Buffer, entries: readonly ZipEntry[], isCut: boolean) {
    this.#bytes = bytes;
    this.entries = entries;
    this.isCut = isCut;
  }

  /** Undefined where the bytes have no end of a central directory, or one that lies outside of them. */
  static open(bytes: Buffer): ZipFile | undefined {
    const directory = findDirectory(bytes);
    if (directory === undefined) return undefined;
    const entries: ZipEntry[] = [];
    let at = directory.start;
    const wanted = Math.min(directory.count, MAX_ENTRIES);
    while (entries.length < wanted) {
      if (at + CENTRAL_SIZE > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) break;
      const nameEnd = at + CENTRAL_SIZE + bytes.readUInt16LE(at + 28);
      const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
      if (extraEnd > bytes.length) break;
      entries.push(entryAt(bytes, at, nameEnd, extraEnd, directory.base));
      at = extraEnd + bytes.readUInt16LE(at + 32);
    }
    return new ZipFile(bytes, entries, entries.length < directory.count);
  }

  /** The content of an entry, unless it is longer than `limit` bytes. Costs no more than the size it declares. */
  read(entry: ZipEntry, limit: number): ZipContent {
    if (entry.isEncrypted) return { problem: 'encrypted' };
    const { offset } = entry;
    if (offset + LOCAL_SIZE > this.#bytes.length || this.#bytes.readUInt32LE(offset) !== LOCAL) {
      return { problem: 'corrupt' };
    }
    // Name and extra field may differ from those in the directory.
    const start = offset + LOCAL_SIZE + this.#bytes.readUInt16LE(offset + 26) + this.#bytes.readUInt16LE(offset + 28);
    const end = start + entry.compressedSize;
    if (end > this.#bytes.length) return { problem: 'corrupt' };
    const stored = this.#bytes.subarray(start, end);
    if (entry.method === STORED) return stored.length > limit ? { problem: 'too-large' } : { content: stored };
    if (entry.method !== DEFLATED) return { problem: 'unsupported' };
    if (entry.size > limit) return { problem: 'too-large' };
    return inflated(stored, entry.size);
  }
}

/** A stream that is longer than its entry declares ends there. */
function inflated(stored: Buffer, size: number): ZipContent {
  try {
    return { content: inflateRawSync(stored, { maxOutputLength: Math.max(1, size) }) };
  } catch {
    return { problem: 'corrupt' };
  }
}

interface Directory {
  readonly start: number;
  readonly count: number;
  /** What must be added to every offset, for bytes that stand before the archive. */
  readonly base: number;
}

function findDirectory(bytes: Buffer): Directory | undefined {
  const last = bytes.length - END_SIZE;
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT; at -= 1) {
    if (bytes[at] !== 0x50 || bytes.readUInt32LE(at) !== END) continue;
    const directory = zip64Directory(bytes, at) ?? directoryAt(bytes, at);
    if (directory !== undefined) return directory;
  }
  return undefined;
}

function directoryAt(bytes: Buffer, end: number): Directory | undefined {
  return located(bytes, end, bytes.readUInt32LE(end + 12), bytes.readUInt32LE(end + 16), bytes.readUInt16LE(end + 10));
}

function zip64Directory(bytes: Buffer, end: number): Directory | undefined {
  const locator = end - 20;
  if (locator < 0 || bytes.readUInt32LE(locator) !== ZIP64_LOCATOR) return undefined;
  const start = Number(bytes.readBigUInt64LE(locator + 8));
  if (start + 56 > bytes.length || bytes.readUInt32LE(start) !== ZIP64_END) return undefined;
  const [count, size, offset] = [32, 40, 48].map((at) => Number(bytes.readBigUInt64LE(start + at)));
  return located(bytes, start, size ?? 0, offset ?? 0, count ?? 0);
}

function located(bytes: Buffer, end: number, size: number, offset: number, count: number): Directory | undefined {
  const start = end - size;
  const base = start - offset;
  if (start < 0 || base < 0) return undefined;
  if (count > 0 && (start + 4 > bytes.length || bytes.readUInt32LE(start) !== CENTRAL)) return undefined;
  return { start, count, base };
}

function entryAt(bytes: Buffer, at: number, nameEnd: number, extraEnd: number, base: number): ZipEntry {
  const sizes = [24, 20, 42].map((field) => bytes.readUInt32LE(at + field));
  const [size = 0, compressedSize = 0, offset = 0] = sizes.includes(ABSENT_32)
    ? zip64Sizes(bytes.subarray(nameEnd, extraEnd), sizes)
    : sizes;
  return {
    name: bytes.toString('utf8', at + CENTRAL_SIZE, nameEnd),
    method: bytes.readUInt16LE(at + 10),
    isEncrypted: (bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0,
    compressedSize,
    size,
    offset: base + offset,
  };
}

/** Extra field 1 has those of the three sizes that do not fit in 32 bits, in this order. */
function zip64Sizes(extra: Buffer, sizes: readonly number[]): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      let next = at + 4;
      return sizes.map((size) => {
        if (size !== ABSENT_32 || next + 8 > extra.length) return size;
        next += 8;
        return Number(extra.readBigUInt64LE(next - 8));
      });
    }
    at += 4 + length;
  }
  return [...sizes];
}
