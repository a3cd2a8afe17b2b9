/**
 * One store that no head uses. Fresh memory costs more than the copy into it, page by page, and an image has thousands
 * of programs that are read one after another.
 */
let spare: Buffer = Buffer.alloc(0);

/** The beginning of a stream, kept to a limit. */
export class FileHead {
  readonly #limit: number;
  #store: Buffer;
  #length = 0;

  /** `expected` is what the source says the stream is long: a hint that saves copies, and may be wrong. */
  constructor(expected: number, limit: number) {
    this.#limit = limit;
    this.#store = take(Math.max(0, Math.min(expected, limit)));
  }

  /** Gives the memory back: neither the head nor its bytes may be used after it. */
  release(): void {
    if (this.#store.length > spare.length) spare = this.#store;
    this.#store = Buffer.alloc(0);
    this.#length = 0;
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
      const store = take(Math.min(this.#limit, Math.max(needed, 2 * this.#store.length)));
      this.#store.copy(store, 0, 0, this.#length);
      this.#store = store;
    }
    chunk.copy(this.#store, this.#length, 0, kept);
    this.#length = needed;
    return kept === chunk.length;
  }
}

function take(size: number): Buffer {
  if (spare.length < size) return Buffer.allocUnsafe(size);
  const taken = spare;
  spare = Buffer.alloc(0);
  return taken;
}
