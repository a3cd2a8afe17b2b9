import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fairShare } from './fair-share.ts';

const counts = fc.array(fc.nat({ max: 1_000 }), { maxLength: 20 });
const kept = (all: readonly number[], share: number): readonly number[] => all.map((count) => Math.min(count, share));
const sum = (all: readonly number[]): number => all.reduce((total, count) => total + count, 0);

it('lets all together keep no more than there may be, and no fewer than that by one for each', () => {
  fc.assert(
    fc.property(counts, fc.nat({ max: 5_000 }), (all, most) => {
      const left = sum(kept(all, fairShare(all, most)));
      expect(left).toBeLessThanOrEqual(most);
      expect(left).toBeGreaterThanOrEqual(Math.min(sum(all), most - all.length));
    }),
  );
});

it('takes nothing from whoever has no more than an equal part, whatever others have', () => {
  fc.assert(
    fc.property(counts, fc.nat({ max: 5_000 }), (all, most) => {
      const share = fairShare(all, most);
      const few = all.filter((count) => count <= Math.floor(most / all.length));
      expect(few.filter((count) => count > share)).toEqual([]);
    }),
  );
});
