/** Which images a text leads to, by their numbers: mostly one, which is kept as it is. */
export class ImageIndex {
  readonly #images = new Map<string, number | Set<number>>();

  /** In no order. */
  of(key: string): readonly number[] {
    const there = this.#images.get(key);
    if (there === undefined) return [];
    return typeof there === 'number' ? [there] : [...there];
  }

  add(key: string, image: number): void {
    const there = this.#images.get(key);
    if (there === undefined || there === image) this.#images.set(key, image);
    else if (typeof there === 'number') this.#images.set(key, new Set([there, image]));
    else there.add(image);
  }

  remove(key: string, image: number): void {
    const there = this.#images.get(key);
    if (there === image) this.#images.delete(key);
    if (there === undefined || typeof there === 'number') return;
    there.delete(image);
    if (there.size === 0) this.#images.delete(key);
  }
}
