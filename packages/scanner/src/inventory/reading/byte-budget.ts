/**
 * Keeps reading linear in a file's length. In a sound file no two records share bytes, so that all records together are
 * not longer than it; a hostile one lets thousands of entries point at the same bytes.
 */
export class ByteBudget {
  #left: number;

  constructor(fileLength: number) {
    this.#left = fileLength;
  }

  /** False where more would be read than there is. */
  take(length: number): boolean {
    if (length > this.#left) return false;
    this.#left -= length;
    return true;
  }
}
