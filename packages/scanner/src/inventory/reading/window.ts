/** The part of a stream that is still needed. Grows by doubling, so that gathering it costs what it is long. */
export class StreamWindow {
  #store: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #offset = 0;

  /** What is kept. Valid until the next `append`. */
  get bytes(): Buffer {
    return this.#store.subarray(this.#start, this.#end);
  }

  /** Where in the stream the kept part begins. */
  get offset(): number {
    return this.#offset;
  }

  append(chunk: Buffer): void {
    const length = this.#end - this.#start;
    if (this.#end + chunk.length > this.#store.length) {
      const isRoomy = length + chunk.length <= this.#store.length / 2;
      const store = isRoomy ? this.#store : Buffer.allocUnsafe(2 * (length + chunk.length));
      this.#store.copy(store, 0, this.#start, this.#end);
      this.#store = store;
      this.#start = 0;
      this.#end = length;
    }
    chunk.copy(this.#store, this.#end);
    this.#end += chunk.length;
  }

  /** Forgets the first bytes of what is kept. */
  drop(length: number): void {
    const dropped = Math.min(length, this.#end - this.#start);
    this.#start += dropped;
    this.#offset += dropped;
  }
}
