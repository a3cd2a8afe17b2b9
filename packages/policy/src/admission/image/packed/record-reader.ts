import { HEADER_BYTES, PLACES } from './record-writer.ts';

/** Where a record lies. */
export interface RecordPlace {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Reads what a `RecordWriter` wrote, in the order in which it was written. */
export class RecordReader {
  readonly #bytes: Buffer;
  readonly #texts: string;
  #at: number;
  #textAt = 0;

  constructor({ bytes, start, end }: RecordPlace) {
    const header = bytes.readUInt32LE(start);
    this.#bytes = bytes;
    this.#at = start + HEADER_BYTES;
    this.#texts = bytes.toString((header & 1) === 1 ? 'utf16le' : 'latin1', start + (header >>> 1), end);
  }

  byte(): number {
    const value = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return value;
  }

  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte <= 0x7f) return value;
    }
  }

  number(): number {
    const places = this.count();
    if (places !== 1) return places / 2 / PLACES;
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  text(): string {
    const start = this.#textAt;
    this.#textAt += this.count();
    return this.#texts.slice(start, this.#textAt);
  }

  texts(): string[] {
    return this.#many(() => this.text());
  }

  counts(): number[] {
    return this.#many(() => this.count());
  }

  #many<Value>(read: () => Value): Value[] {
    const values: Value[] = [];
    for (let left = this.count(); left > 0; left -= 1) values.push(read());
    return values;
  }
}
