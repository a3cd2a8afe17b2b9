import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../capture/random.ts';
import { HARD_NEGATIVES } from './hard-negatives.ts';
import { Ids } from './ids.ts';

describe.each(HARD_NEGATIVES)('$name', ({ write }) => {
  it('is as long as asked for, one byte a character, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(), (bytes, seed) => {
        const text = write(new Ids(new Random(seed)), bytes);

        expect(text.length).toBeGreaterThanOrEqual(bytes);
        expect(Buffer.from(text, 'latin1').toString('latin1')).toBe(text);
        expect(write(new Ids(new Random(seed)), bytes)).toBe(text);
      }),
      { numRuns: 20 },
    );
  });
});

it.each(HARD_NEGATIVES.filter((kind) => kind.isIdHeavyJson))('$name is JSON', ({ write }) => {
  expect(JSON.parse(write(new Ids(new Random(1)), 3_000))).toBeInstanceOf(Array);
});

describe('Ids', () => {
  it('makes identifiers of the length asked for, with the check digits of their kinds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 40 }), (seed, count) => {
        const ids = new Ids(new Random(seed));

        expect(ids.digits(count)).toMatch(new RegExp(`^\\d{${count}}$`));
        expect(ids.number(count)).toMatch(new RegExp(`^[1-9]\\d{${count - 1}}$`));
        expect(ids.hex(count)).toMatch(new RegExp(`^[0-9a-f]{${count}}$`));
        expect(ids.uuid()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        const ean = Array.from(ids.ean(), Number);
        expect(ean.reduce((sum, digit, index) => sum + digit * (index % 2 === 0 ? 1 : 3), 0) % 10).toBe(0);
      }),
    );
  });
});
