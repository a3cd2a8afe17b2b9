/** Numbers with so many places are written short: those of scores and probabilities are. */
export const PLACES = 100_000;
/** How long what is no text is, and whether the texts are wide. */
export const HEADER_BYTES = 4;
/** As many bytes as a count takes at most. */
const MAX_COUNT_BYTES = 8;
const FIRST_BYTES = 4_096;

/**
 * Writes records: what is no text byte by byte, and behind it all texts as one, since reading one text of a record takes as long as
 * reading all. Whatever is written comes out of `RecordReader` as it was, when it is read in the same order.
 */
export class RecordWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = HEADER_BYTES;
  #texts = '';

  /** A whole number from 0 to 255. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  /** A whole number from 0 up to the largest that is safe; small ones are short. */
  count(value: number): void {
    this.#reserve(MAX_COUNT_BYTES);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length] = (rest % 0x80) + 0x80;
      this.#length += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length] = rest;
    this.#length += 1;
  }

  /** Any number. */
  number(value: number): void {
    // A negative zero becomes one that is not, and so not what it was.
    const places = Math.round(value * PLACES) + 0;
    if (places >= 0 && Number.isSafeInteger(places * 2) && Object.is(places / PLACES, value)) {
      this.count(places * 2);
      return;
    }
    this.count(1);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** Any text, also one that is not well formed. */
  text(value: string): void {
    this.count(value.length);
    this.#texts += value;
  }

  texts(values: readonly string[]): void {
    this.count(values.length);
    for (const value of values) this.text(value);
  }

  counts(values: readonly number[]): void {
    this.count(values.length);
    for (const value of values) this.count(value);
  }

  /** The record, until something is written again: the next begins anew. */
  take(): Buffer {
    const texts = this.#texts;
    const head = this.#length;
    const wide = /[^\0-\xff]/.test(texts);
    const end = head + texts.length * (wide ? 2 : 1);
    this.#reserve(end - head);
    this.#bytes.write(texts, head, wide ? 'utf16le' : 'latin1');
    this.#bytes.writeUInt32LE(head * 2 + Number(wide), 0);
    this.#length = HEADER_BYTES;
    this.#texts = '';
    return this.#bytes.subarray(0, end);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
