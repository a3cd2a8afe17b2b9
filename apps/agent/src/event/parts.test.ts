import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partsOf } from './parts.ts';

const MOST = 7;

it('shares everything out in order, in parts that are small and not empty', () => {
  const items = fc.array(fc.record({ text: fc.string({ unit: 'binary', maxLength: 6_000 }) }), { maxLength: 20 });
  fc.assert(
    fc.property(items, (all) => {
      const parts = partsOf(all, MOST);
      expect(parts.flat()).toEqual(all);
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(MOST);
        expect(part.length > 0 || all.length === 0).toBe(true);
        expect(part.length < 2 || Buffer.byteLength(JSON.stringify(part)) < 41 << 10).toBe(true);
      }
    }),
  );
});

it('gives one part of nothing', () => {
  expect(partsOf([], MOST)).toEqual([[]]);
});
