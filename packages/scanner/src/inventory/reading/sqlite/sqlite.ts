import { ByteBudget } from '../byte-budget.ts';
import { readRecord, type SqliteValue } from './record.ts';
import { readVarint } from './varint.ts';

const MAGIC = 'SQLite format 3\0';
const FILE_HEADER = 100;
const LEAF = 13;
const INTERIOR = 5;
/** An RPM header with 100,000 files has some 20 MiB. */
const MAX_PAYLOAD = 64 * 1024 * 1024;

/** A row of a table, or a place that contradicts the format: the rest is still read. */
export type SqliteRow = { readonly values: readonly SqliteValue[] } | { readonly damage: string };

/**
 * Reads tables of an SQLite database from its bytes alone: the b-tree pages of "Database File Format"
 * (sqlite.org/fileformat2.html), with overflow pages. Every page is read at most once, so a file whose pages point at
 * each other costs no more than its length.
 */
export class SqliteFile {
  readonly #bytes: Buffer;
  readonly #pageSize: number;
  readonly #usable: number;
  readonly #read = new Set<number>();
  #budget: ByteBudget;

  private constructor(bytes: Buffer, pageSize: number, reserved: number) {
    this.#bytes = bytes;
    this.#pageSize = pageSize;
    this.#usable = pageSize - reserved;
    this.#budget = new ByteBudget(bytes.length);
  }

  /** Undefined where the bytes do not begin like a database. */
  static open(bytes: Buffer): SqliteFile | undefined {
    if (bytes.length < FILE_HEADER || bytes.toString('latin1', 0, 16) !== MAGIC) return undefined;
    const declared = bytes.readUInt16BE(16);
    const pageSize = declared === 1 ? 65_536 : declared;
    const reserved = bytes[20] ?? 0;
    const isPowerOfTwo = (pageSize & (pageSize - 1)) === 0;
    // The format demands at least 480 usable bytes: payload arithmetic goes wrong below.
    if (pageSize < 512 || !isPowerOfTwo || pageSize - reserved < 480) return undefined;
    return new SqliteFile(bytes, pageSize, reserved);
  }

  /** The rows of a table by its name; damage where there is no such table. Blobs are views into the file or copies. */
  *rows(table: string): Generator<SqliteRow> {
    this.#read.clear();
    this.#budget = new ByteBudget(this.#bytes.length);
    let root: number | undefined;
    for (const row of this.#tree(1)) {
      if ('damage' in row) yield row;
      else if (row.values[0] === 'table' && row.values[1] === table && typeof row.values[3] === 'number') {
        root = row.values[3];
      }
    }
    if (root === undefined) yield { damage: `there is no table ${table}` };
    else yield* this.#tree(root);
  }

  /** The cells of a table's b-tree, left to right. */
  *#tree(root: number): Generator<SqliteRow> {
    const open = [root];
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      const page = this.#page(number);
      if (page === undefined) {
        yield { damage: `page ${number} is missing or used twice` };
        continue;
      }
      const start = number === 1 ? FILE_HEADER : 0;
      const kind = page[start];
      if (kind !== LEAF && kind !== INTERIOR) {
        yield { damage: `page ${number} is no page of a table` };
        continue;
      }
      const cells = cellOffsets(page, start, kind === LEAF ? 8 : 12);
      if (cells === undefined) yield { damage: `page ${number} has cells outside itself` };
      else if (kind === LEAF) for (const cell of cells) yield this.#row(page, cell);
      else {
        open.push(page.readUInt32BE(start + 8));
        // Reversed, since the last one in is the first one out.
        for (const cell of cells.toReversed()) if (cell + 4 <= page.length) open.push(page.readUInt32BE(cell));
      }
    }
  }

  #row(page: Buffer, cell: number): SqliteRow {
    const size = readVarint(page, cell);
    const rowId = size && readVarint(page, size.end);
    if (size === undefined || rowId === undefined) return { damage: 'a cell ends before it begins' };
    const payload = this.#payload(page, rowId.end, size.value);
    const values = payload && readRecord(payload);
    return values === undefined ? { damage: 'a row is cut short' } : { values };
  }

  /** "Cell Payload Overflow Pages": what stays in the leaf, then a chain of pages of four bytes next and the rest data. */
  #payload(page: Buffer, start: number, size: number): Buffer | undefined {
    if (size > MAX_PAYLOAD || !this.#budget.take(size)) return undefined;
    const most = this.#usable - 35;
    if (size <= most) return start + size <= page.length ? page.subarray(start, start + size) : undefined;
    const least = Math.floor(((this.#usable - 12) * 32) / 255) - 23;
    const fitting = least + ((size - least) % (this.#usable - 4));
    const local = fitting <= most ? fitting : least;
    if (start + local + 4 > page.length) return undefined;
    const parts = [page.subarray(start, start + local)];
    let next = page.readUInt32BE(start + local);
    for (let left = size - local; left > 0; left -= this.#usable - 4) {
      const overflow = this.#page(next);
      if (overflow === undefined) return undefined;
      parts.push(overflow.subarray(4, 4 + Math.min(left, this.#usable - 4)));
      next = overflow.readUInt32BE(0);
    }
    return Buffer.concat(parts);
  }

  /** A whole page, once. */
  #page(number: number): Buffer | undefined {
    const start = (number - 1) * this.#pageSize;
    if (number < 1 || start + this.#pageSize > this.#bytes.length || this.#read.has(number)) return undefined;
    this.#read.add(number);
    return this.#bytes.subarray(start, start + this.#pageSize);
  }
}

function cellOffsets(page: Buffer, start: number, headerSize: number): number[] | undefined {
  const count = page.readUInt16BE(start + 3);
  const first = start + headerSize;
  if (first + count * 2 > page.length) return undefined;
  return Array.from({ length: count }, (_, index) => page.readUInt16BE(first + index * 2));
}
