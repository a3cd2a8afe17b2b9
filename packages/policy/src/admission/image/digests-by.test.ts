import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigestsBy } from './digests-by.ts';

describe('DigestsBy', () => {
  it('gives after any changes the digests that were added last and not dropped since, in order', () => {
    const change = fc.record({
      drop: fc.boolean(),
      key: fc.constantFrom('a', 'b'),
      digest: fc.constantFrom('1', '2', '3', '4'),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const digests = new DigestsBy();
        const expected = { a: new Set<string>(), b: new Set<string>() };
        for (const { drop, key, digest } of changes) {
          if (drop) {
            digests.drop(key, digest);
            expected[key].delete(digest);
          } else {
            digests.add(key, digest);
            expected[key].add(digest);
          }
          expect(digests.get(key)).toEqual([...expected[key]].toSorted());
        }
      }),
    );
  });
});
