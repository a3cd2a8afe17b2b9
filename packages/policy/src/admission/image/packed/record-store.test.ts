import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordStore } from './record-store.ts';

const PIECE_BYTES = 256 * 1024;

/** A store, what should be in it, and where it was wrong. */
class Stand {
  readonly store = new RecordStore();
  readonly expected = new Map<number, Buffer>();
  readonly problems: string[] = [];
  #made = 0;

  add(length: number): void {
    this.#made += 1;
    const record = Buffer.alloc(length, this.#made % 251);
    const number = this.store.add(record);
    if (this.expected.has(number)) this.problems.push(`${number} was given twice`);
    this.expected.set(number, record);
  }

  remove(nth: number): void {
    const numbers = [...this.expected.keys()];
    const number = numbers[nth % Math.max(numbers.length, 1)];
    if (number === undefined) return;
    this.expected.delete(number);
    this.store.remove(number);
    if (this.has(number)) this.problems.push(`${number} is still there`);
  }

  has(number: number): boolean {
    try {
      this.store.place(number);
      return true;
    } catch {
      return false;
    }
  }

  /** Bytes that what is kept takes, with what stands before each. */
  check(): number {
    let kept = 0;
    for (const [number, record] of this.expected) {
      const { bytes, start, end } = this.store.place(number);
      if (!bytes.subarray(start, end).equals(record)) this.problems.push(`${number} is another record`);
      kept += record.length + 8;
    }
    return kept;
  }
}

describe('RecordStore', () => {
  it('has after any changes what was not removed, in little more memory than that takes', () => {
    const length = fc.oneof(fc.nat(200), fc.integer({ min: 1_000, max: 60_000 }), fc.constant(300_000));
    const change = fc.oneof(
      { weight: 3, arbitrary: fc.record({ add: length }) },
      { weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60, size: 'max' }), (changes) => {
        const stand = new Stand();
        for (const one of changes) {
          if ('add' in one) stand.add(one.add);
          else stand.remove(one.remove);
        }
        const kept = stand.check();

        expect(stand.problems).toEqual([]);
        // Beside the records the numbers take some, of which there are never more than there were records at once.
        expect(stand.store.bytes).toBeLessThanOrEqual(kept * 2.3 + 2 * PIECE_BYTES + 1_024);
      }),
    );
  });

  it('gives memory back, however often what it has is replaced', () => {
    const stand = new Stand();
    for (let index = 0; index < 2_000; index += 1) stand.add(500 + (index % 700));
    const before = stand.store.bytes;
    for (let index = 0; index < 20_000; index += 1) {
      stand.remove(index * 7_919);
      stand.add(500 + (index % 700));
    }

    stand.check();
    expect(stand.problems).toEqual([]);
    expect(stand.store.bytes).toBeLessThan(before * 2.5);
    for (let left = stand.expected.size; left > 0; left -= 1) stand.remove(left);
    expect(stand.store.bytes).toBeLessThan(2 * PIECE_BYTES);
  });
});
