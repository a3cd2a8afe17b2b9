/**
 * Decoded rows that were asked for lately, bounded by the bytes they were decoded from: a scan asks for the same
 * packages image after image, and a base image's packages are the same thousand. Keys have two parts, so that a look-up
 * need not put them together.
 */
export class Recent<Value> {
  readonly #groups = new Map<string, Map<string, Value>>();
  readonly #capacity: number;
  #weight = 0;

  constructor(capacityBytes: number) {
    this.#capacity = capacityBytes;
  }

  get(group: string, key: string): Value | undefined {
    return this.#groups.get(group)?.get(key);
  }

  /** Starts over when it is full: keeping an order of use would cost every hit more than the rare second decoding. */
  set(group: string, key: string, value: Value, bytes: number): void {
    // Beside its bytes, an entry costs its key and the map's slot.
    this.#weight += bytes + key.length + 64;
    if (this.#weight > this.#capacity) this.clear();
    const known = this.#groups.get(group);
    if (known === undefined) this.#groups.set(group, new Map([[key, value]]));
    else known.set(key, value);
  }

  clear(): void {
    this.#groups.clear();
    this.#weight = 0;
  }
}
