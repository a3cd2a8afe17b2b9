import type { Random } from '../../capture/random.ts';
import type { Datum } from './datum.ts';

interface Scheme {
  readonly prefix: string;
  readonly length: number;
  /** As the number is printed. */
  readonly groups: readonly number[];
}

/** From the public issuer ranges of the card schemes. */
const SCHEMES: readonly [Scheme, ...Scheme[]] = [
  { prefix: '4', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '51', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '55', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '2221', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '2720', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '34', length: 15, groups: [4, 6, 5] },
  { prefix: '37', length: 15, groups: [4, 6, 5] },
  { prefix: '6011', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '65', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '36', length: 14, groups: [4, 6, 4] },
  { prefix: '3528', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '62', length: 16, groups: [4, 4, 4, 4] },
];

const KEYS = ['cardNumber', 'card_number', 'pan', 'creditCard', 'ccNumber'] as const;

/** The check digit of ISO/IEC 7812-1 for the digits before it. */
export function luhnDigit(body: string): number {
  let sum = 0;
  for (let i = 0; i < body.length; i += 1) {
    const digit = Number(body[body.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return (10 - (sum % 10)) % 10;
}

export function paymentCard(random: Random): Datum {
  const { prefix, length } = random.pick(SCHEMES);
  const body = prefix + random.digits(length - 1 - prefix.length);
  return { detector: 'payment-card', value: `${body}${luhnDigit(body)}`, key: random.pick(KEYS) };
}

/** The number in the groups its scheme prints it in. */
export function grouped(card: string, separator: string): string {
  const scheme = SCHEMES.find(({ prefix, length }) => card.startsWith(prefix) && card.length === length);
  let at = 0;
  return (scheme?.groups ?? [card.length])
    .map((size) => {
      at += size;
      return card.slice(at - size, at);
    })
    .join(separator);
}
