import { ByteBudget } from '../reading/byte-budget.ts';
import type { StoredHeader } from './stored-header.ts';

const HASH_MAGIC = 0x00061561;
const PAGE_HEADER = 26;
const META_SIZE = 512;
const OVERFLOW_PAGE = 7;
/** Hash pages are of two types: unsorted (older) and sorted. Their items are laid out alike. */
const HASH_PAGES = new Set([2, 13]);
/** Kinds of items: in the page, and in a chain of overflow pages. */
const IN_PAGE = 1;
const OFF_PAGE = 3;
/** The smallest header: its two counts and one entry. Key 0 has the next free number as its value, which is shorter. */
const SMALLEST_HEADER = 24;

/** The file, in the byte order of the machine that wrote it. */
interface HashFile {
  readonly bytes: Buffer;
  readonly pageSize: number;
  /** Overflow pages that were read: each belongs to one chain. */
  readonly read: Set<number>;
  readonly budget: ByteBudget;
  u16(at: number): number;
  u32(at: number): number;
}

export function isBdbHash(bytes: Buffer): boolean {
  return bytes.length >= META_SIZE && (bytes.readUInt32LE(12) === HASH_MAGIC || bytes.readUInt32BE(12) === HASH_MAGIC);
}

/**
 * Packages of a Berkeley DB hash file, `Packages` of RHEL 8 and older: every hash page's key and data pairs, where large
 * data lie in chains of overflow pages. The hash itself is not needed to read all pairs: the pages are read in file
 * order, each at most once.
 */
export function* bdbHashHeaders(bytes: Buffer): Generator<StoredHeader> {
  const file = openFile(bytes);
  const { pageSize } = file;
  if (pageSize < META_SIZE || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
    yield { damage: `the page size ${pageSize} is not valid` };
    return;
  }
  if (bytes[24] !== 0) {
    yield { damage: 'the database is encrypted' };
    return;
  }
  const pages = file.u32(32) + 1;
  const present = Math.min(pages, Math.floor(bytes.length / pageSize));
  for (let page = 1; page < present; page += 1) {
    const start = page * pageSize;
    if (HASH_PAGES.has(bytes[start + 25] ?? 0)) yield* pairsOf(file, start);
  }
  if (present < pages) yield { damage: `${pages - present} of ${pages} pages are missing` };
}

function openFile(bytes: Buffer): HashFile {
  const isLittle = bytes.readUInt32LE(12) === HASH_MAGIC;
  const u32 = (at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  return {
    bytes,
    pageSize: u32(20),
    read: new Set(),
    budget: new ByteBudget(bytes.length),
    u16: (at) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
    u32,
  };
}

function* pairsOf(file: HashFile, start: number): Generator<StoredHeader> {
  const entries = file.u16(start + 20);
  if (PAGE_HEADER + entries * 2 > file.pageSize) {
    yield { damage: 'a page has more items than it can hold' };
    return;
  }
  // Items grow from the end of the page downwards: each ends where the one before begins. Odd ones are data.
  for (let index = 1; index < entries; index += 2) {
    const item = file.u16(start + PAGE_HEADER + index * 2);
    const end = file.u16(start + PAGE_HEADER + (index - 1) * 2);
    if (item < PAGE_HEADER || item >= end || end > file.pageSize || !file.budget.take(end - item)) {
      yield { damage: 'an item lies outside its page or over another one' };
      continue;
    }
    const kind = file.bytes[start + item];
    if (kind === IN_PAGE) {
      const header = file.bytes.subarray(start + item + 1, start + end);
      if (header.length >= SMALLEST_HEADER) yield { header };
    } else if (kind === OFF_PAGE && item + 12 <= end) {
      yield chainOf(file, file.u32(start + item + 4), file.u32(start + item + 8));
    } else yield { damage: `an item is of kind ${kind}` };
  }
}

function chainOf(file: HashFile, first: number, size: number): StoredHeader {
  const { bytes, pageSize, read } = file;
  const parts: Buffer[] = [];
  let left = size;
  for (let page = first; left > 0; ) {
    const start = page * pageSize;
    const isPage = page > 0 && start + pageSize <= bytes.length && bytes[start + 25] === OVERFLOW_PAGE;
    if (!isPage || read.has(page)) return { damage: `overflow page ${page} is missing or used twice` };
    read.add(page);
    const length = Math.min(left, file.u16(start + 22), pageSize - PAGE_HEADER);
    parts.push(bytes.subarray(start + PAGE_HEADER, start + PAGE_HEADER + length));
    left -= length;
    page = file.u32(start + 16);
  }
  return { header: Buffer.concat(parts) };
}
