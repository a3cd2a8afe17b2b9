import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../capture/random.ts';
import { grouped, luhnDigit, paymentCard } from './payment-card.ts';

describe('luhnDigit', () => {
  it.each(['4111111111111111', '5555555555554444', '378282246310005', '6011111111111117', '30569309025904'])(
    'ends the published test number %s',
    (number) => {
      expect(luhnDigit(number.slice(0, -1))).toBe(Number(number.at(-1)));
    },
  );
});

describe('paymentCard', () => {
  it('makes numbers whose checked digits add up to tens, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { value } = paymentCard(new Random(seed));

        const sum = Array.from(value)
          .toReversed()
          .map((digit, index) => Number(digit) * (index % 2 === 0 ? 1 : 2))
          .reduce((total, part) => total + Math.floor(part / 10) + (part % 10), 0);
        expect(sum % 10).toBe(0);
        expect(value).toMatch(/^\d{14,16}$/);
        expect(paymentCard(new Random(seed)).value).toBe(value);
      }),
    );
  });
});

describe('grouped', () => {
  it('changes nothing but puts separators where a card has them', () => {
    expect(grouped('4111111111111111', ' ')).toBe('4111 1111 1111 1111');
    expect(grouped('378282246310005', '-')).toBe('3782-822463-10005');
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { value } = paymentCard(new Random(seed));
        expect(grouped(value, '.').replaceAll('.', '')).toBe(value);
      }),
    );
  });
});
