const FIRST_PLACES = 256;
/** So full at most, in parts of a hundred: beyond, looking for what is not there takes long. */
const FULLEST_PERCENT = 60;

/**
 * Numbers by the hash of what they stand for, in two flat arrays. Whole numbers from 0 on, each in it once; what they stand for is
 * only known to who asks.
 */
export class HashTable {
  /** The number of a place, and one more; 0 where there is none. */
  #numbers = new Uint32Array(FIRST_PLACES);
  #hashes = new Uint32Array(FIRST_PLACES);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Memory that is taken. */
  get bytes(): number {
    return this.#numbers.byteLength + this.#hashes.byteLength;
  }

  /** The number with a hash that is the one. */
  find(hash: number, isIt: (number: number) => boolean): number | undefined {
    const last = this.#numbers.length - 1;
    for (let place = hash & last; ; place = (place + 1) & last) {
      const number = (this.#numbers[place] ?? 0) - 1;
      if (number < 0) return undefined;
      if (this.#hashes[place] === hash && isIt(number)) return number;
    }
  }

  add(hash: number, number: number): void {
    if ((this.#size + 1) * 100 > this.#numbers.length * FULLEST_PERCENT) this.#grow();
    this.#put(hash, number);
    this.#size += 1;
  }

  remove(hash: number, number: number): void {
    const last = this.#numbers.length - 1;
    let hole = hash & last;
    while (this.#numbers[hole] !== number + 1) {
      if (this.#numbers[hole] === 0) throw new RangeError(`the number ${number} is not in the table`);
      hole = (hole + 1) & last;
    }
    // What follows is moved up, unless it would come before the place it belongs to.
    for (let place = (hole + 1) & last; this.#numbers[place] !== 0; place = (place + 1) & last) {
      const home = (this.#hashes[place] ?? 0) & last;
      if (((place - home) & last) < ((place - hole) & last)) continue;
      this.#numbers[hole] = this.#numbers[place] ?? 0;
      this.#hashes[hole] = this.#hashes[place] ?? 0;
      hole = place;
    }
    this.#numbers[hole] = 0;
    this.#size -= 1;
  }

  #put(hash: number, number: number): void {
    const last = this.#numbers.length - 1;
    let place = hash & last;
    while (this.#numbers[place] !== 0) place = (place + 1) & last;
    this.#numbers[place] = number + 1;
    this.#hashes[place] = hash;
  }

  #grow(): void {
    const [numbers, hashes] = [this.#numbers, this.#hashes];
    this.#numbers = new Uint32Array(numbers.length * 2);
    this.#hashes = new Uint32Array(numbers.length * 2);
    for (let place = 0; place < numbers.length; place += 1) {
      const number = (numbers[place] ?? 0) - 1;
      if (number >= 0) this.#put(hashes[place] ?? 0, number);
    }
  }
}
