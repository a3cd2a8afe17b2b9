import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

describe('Backoff', () => {
  it('grows to its bound and not beyond it, and begins anew after a reset', () => {
    const backoff = new Backoff({ baseMs: 100, maxMs: 1_000, random: () => 1 });

    expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it('waits as long as the server asks, within reason', () => {
    const backoff = new Backoff({ baseMs: 100, maxMs: 1_000 });

    expect(backoff.next(1_500)).toBe(1_500);
    expect(backoff.next(3_600_000)).toBe(2_000);
  });

  it('never waits less than half of what is due', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(2_000), (random, tries) => {
        const backoff = new Backoff({ baseMs: 100, maxMs: 1_000, random: () => random });
        for (let index = 0; index < tries; index += 1) backoff.next();
        const due = Math.min(1_000, 100 * 2 ** Math.min(tries, 30));

        expect(backoff.next()).toBeGreaterThanOrEqual(due / 2);
      }),
    );
  });
});
