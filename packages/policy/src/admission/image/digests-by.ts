/**
 * Digests of images by something that leads to them, such as a tag. Nearly always that is one, which is kept as it is: a set for each
 * of ten thousand tags takes a megabyte and a half.
 */
export class DigestsBy {
  readonly #digests = new Map<string, string | Set<string>>();

  add(key: string, digest: string): void {
    const there = this.#digests.get(key);
    if (there === undefined) this.#digests.set(key, digest);
    else if (typeof there !== 'string') there.add(digest);
    else if (there !== digest) this.#digests.set(key, new Set([there, digest]));
  }

  drop(key: string, digest: string): void {
    const there = this.#digests.get(key);
    if (there === digest) this.#digests.delete(key);
    if (there === undefined || typeof there === 'string') return;
    there.delete(digest);
    const [last] = there;
    if (there.size === 1 && last !== undefined) this.#digests.set(key, last);
  }

  /** In order. */
  get(key: string): readonly string[] {
    const there = this.#digests.get(key);
    if (there === undefined) return [];
    return typeof there === 'string' ? [there] : [...there].toSorted();
  }
}
