import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashTable } from './hash-table.ts';

describe('HashTable', () => {
  it('finds after any changes what is in it and nothing else, also where hashes are equal or run over the end', () => {
    // Few and neighbouring hashes, so that entries lie in each other's places.
    const hash = fc.oneof(fc.integer({ min: 250, max: 260 }), fc.integer({ min: 0, max: 0xffff_ffff }));
    const change = fc.record({ hash, number: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 600, size: 'max' }), (changes) => {
        const table = new HashTable();
        const expected = new Map<number, number>();
        for (const { hash: of, number } of changes) {
          const before = expected.get(number);
          if (before === undefined) {
            table.add(of, number);
            expected.set(number, of);
          } else {
            table.remove(before, number);
            expected.delete(number);
          }
        }
        expect(table.size).toBe(expected.size);
        for (const { hash: of, number } of changes) {
          const found = expected.get(number) === of ? number : undefined;
          expect(table.find(of, (one) => one === number)).toBe(found);
        }
      }),
    );
  });

  it('says that what is to be removed is not in it', () => {
    expect(() => new HashTable().remove(7, 1)).toThrow('the number 1 is not in the table');
  });
});
