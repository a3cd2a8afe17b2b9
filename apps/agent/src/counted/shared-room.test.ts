import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedRoom } from './shared-room.ts';

const MOST = 5_120;
const SHARE = 10;

describe('sharedRoom', () => {
  it('is half of all for who comes first, and a share beyond that', () => {
    expect(sharedRoom(0, 0, MOST)).toBe(2_560);
    expect(sharedRoom(100, 2_500, MOST)).toBe(60);
    expect(sharedRoom(0, 2_555, MOST)).toBe(SHARE);
    expect(sharedRoom(4, 3_000, MOST)).toBe(6);
    expect(sharedRoom(2_560, 2_560, MOST)).toBe(0);
    expect(sharedRoom(0, MOST - 3, MOST)).toBe(3);
    expect(sharedRoom(0, MOST, MOST)).toBe(0);
  });

  it('is never less than what is left of a share, whatever up to 256 take and give back', () => {
    const step = fc.record({ who: fc.nat(), wanted: fc.integer({ min: -MOST, max: MOST }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), fc.array(step, { maxLength: 600, size: 'max' }), (count, steps) => {
        const own = Array.from({ length: count }, () => 0);
        let all = 0;
        for (const { who, wanted } of steps) {
          const at = who % count;
          const mine = own[at] ?? 0;
          const room = sharedRoom(mine, all, MOST);
          expect(room).toBeGreaterThanOrEqual(Math.max(0, SHARE - mine));
          const change = Math.max(-mine, Math.min(wanted, room));
          own[at] = mine + change;
          all += change;
          expect(all).toBeLessThanOrEqual(MOST);
        }
      }),
    );
  });
});
