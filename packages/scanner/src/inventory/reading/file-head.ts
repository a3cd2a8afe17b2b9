/** The beginning of a stream, kept to a limit. */
export class FileHead {
  readonly #limit: number;
  #store: Buffer;
  #length = 0;

  /** `expected` is what the source says the stream is long: a hint that saves copies, and may be wrong. */
  constructor(expected: number, limit: number) {
    this.#limit = limit;
    this.#store = Buffer.allocUnsafe(Math.max(0, Math.min(expected, limit)));
  }

  /** What is kept, at most `limit` bytes. */
  get bytes(): Buffer {
    return this.#store.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  /** False where not all of the chunk was kept. */
  append(chunk: Buffer): boolean {
    const kept = Math.min(chunk.length, this.#limit - this.#length);
    const needed = this.#length + kept;
    if (needed > this.#store.length) {
      const store = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(needed, 2 * this.#store.length)));
      this.#store.copy(store, 0, 0, this.#length);
      this.#store = store;
    }
    chunk.copy(this.#store, this.#length, 0, kept);
    this.#length = needed;
    return kept === chunk.length;
  }
}
