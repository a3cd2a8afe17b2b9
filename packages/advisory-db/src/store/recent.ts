/**
 * Decoded rows that were asked for lately, bounded by the bytes they were decoded from: a scan asks for the same
 * packages image after image, and a base image's packages are the same thousand.
 */
export class Recent<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly weight: number }>();
  readonly #capacity: number;
  #weight = 0;

  constructor(capacityBytes: number) {
    this.#capacity = capacityBytes;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** First in, first out: keeping the order of use would cost each hit more than the rare second decoding. */
  set(key: string, value: Value, bytes: number): void {
    // Beside its bytes, an entry costs its key and the map's slot.
    const weight = bytes + key.length + 64;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const [oldest, { weight: freed }] of this.#entries) {
      if (this.#weight <= this.#capacity) break;
      this.#entries.delete(oldest);
      this.#weight -= freed;
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
