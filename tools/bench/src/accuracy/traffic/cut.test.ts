import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../../capture/random.ts';
import { CUTS } from './cut.ts';

it.each(CUTS)('$name: every byte is in some packet, and in order where that is said', ({ cut, inOrder }) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(), (length, seed) => {
      const pieces = cut(length, new Random(seed));

      const seen = new Uint8Array(length);
      for (const { start, end } of pieces) {
        expect(end).toBeGreaterThan(start);
        seen.fill(1, start, end);
      }
      expect(seen.every((mark) => mark === 1)).toBe(true);
      expect(!inOrder || pieces.every(({ start }, index) => start === (pieces[index - 1]?.end ?? 0))).toBe(true);
    }),
    { numRuns: 50 },
  );
});
