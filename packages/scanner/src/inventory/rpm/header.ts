/** rpm's own limit on the number of tags (`HEADER_TAGS_MAX`) is 65,535. */
const MAX_TAGS = 65_535;
const INDEX_ENTRY = 16;

/** Types of values as in rpm's `rpmTagType`. */
const INT16 = 3;
const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;
const I18N_STRING = 9;

interface IndexEntry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/**
 * A package's header as RPM databases store it: the number of index entries and of data bytes, the entries (tag, type,
 * offset, count; all big endian), the data ("RPM v4 header", rpm.org/docs). Values are decoded when they are asked for.
 */
export class RpmHeader {
  readonly #data: Buffer;
  readonly #entries: ReadonlyMap<number, IndexEntry>;

  private constructor(data: Buffer, entries: ReadonlyMap<number, IndexEntry>) {
    this.#data = data;
    this.#entries = entries;
  }

  /** Undefined where the bytes are shorter than the header says, or no header. */
  static parse(bytes: Buffer): RpmHeader | undefined {
    if (bytes.length < 8) return undefined;
    const count = bytes.readUInt32BE(0);
    const dataSize = bytes.readUInt32BE(4);
    const dataStart = 8 + count * INDEX_ENTRY;
    if (count === 0 || count > MAX_TAGS || dataStart + dataSize > bytes.length) return undefined;
    const entries = new Map<number, IndexEntry>();
    for (let at = 8; at < dataStart; at += INDEX_ENTRY) {
      const tag = bytes.readUInt32BE(at);
      const entry = {
        type: bytes.readUInt32BE(at + 4),
        offset: bytes.readUInt32BE(at + 8),
        count: bytes.readUInt32BE(at + 12),
      };
      // The first is of the signed region, later ones were added by the installation.
      if (!entries.has(tag)) entries.set(tag, entry);
    }
    return new RpmHeader(bytes.subarray(dataStart, dataStart + dataSize), entries);
  }

  /** The text of a tag, the first one of several (untranslated) texts. */
  text(tag: number): string | undefined {
    const entry = this.#entries.get(tag);
    if (entry?.type === STRING || entry?.type === I18N_STRING || entry?.type === STRING_ARRAY) {
      return this.#stringAt(entry.offset)?.text;
    }
    return undefined;
  }

  /** The texts of a tag; undefined where the data ends before them. */
  texts(tag: number): readonly string[] | undefined {
    const entry = this.#entries.get(tag);
    if (entry === undefined || (entry.type !== STRING_ARRAY && entry.type !== STRING)) return [];
    // Each text has at least its end: a count beyond the data is a lie, not a reason to allocate.
    if (entry.count > this.#data.length) return undefined;
    const texts: string[] = [];
    for (let at = entry.offset; texts.length < entry.count; ) {
      const found = this.#stringAt(at);
      if (found === undefined) return undefined;
      texts.push(found.text);
      at = found.end + 1;
    }
    return texts;
  }

  number(tag: number): number | undefined {
    return this.numbers(tag)?.[0];
  }

  /** The 16 or 32 bit numbers of a tag; undefined where the data ends before them. */
  numbers(tag: number): readonly number[] | undefined {
    const entry = this.#entries.get(tag);
    if (entry === undefined || (entry.type !== INT32 && entry.type !== INT16)) return [];
    const size = entry.type === INT32 ? 4 : 2;
    if (entry.offset + entry.count * size > this.#data.length) return undefined;
    return Array.from({ length: entry.count }, (_, index) =>
      size === 4
        ? this.#data.readUInt32BE(entry.offset + index * 4)
        : this.#data.readUInt16BE(entry.offset + index * 2),
    );
  }

  #stringAt(start: number): { readonly text: string; readonly end: number } | undefined {
    const end = start < this.#data.length ? this.#data.indexOf(0, start) : -1;
    return end === -1 ? undefined : { text: this.#data.toString('utf8', start, end), end };
  }
}
