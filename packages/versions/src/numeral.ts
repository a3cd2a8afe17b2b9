import type { Order } from './scheme.ts';

/**
 * A natural number of any length. Up to 15 digits it is a number, which is exact; longer ones stay text without leading
 * zeros, so that no version is rounded into equality with another.
 */
export type Numeral = number | string;

/** 10^15 - 1 is below 2^53: every number of so many digits is exact. */
const EXACT_DIGITS = 15;

/** Reads a run of ASCII digits; an empty run is zero. */
export function numeral(digits: string): Numeral {
  if (digits.length <= EXACT_DIGITS) return Number(digits);
  let zeros = 0;
  while (digits.charCodeAt(zeros) === 0x30) zeros += 1;
  const significant = digits.slice(zeros);
  return significant.length <= EXACT_DIGITS ? Number(significant) : significant;
}

export function compareNumerals(a: Numeral, b: Numeral): Order {
  if (typeof a === 'number') {
    if (typeof b !== 'number') return -1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (typeof b === 'number') return 1;
  if (a.length !== b.length) return a.length < b.length ? -1 : 1;
  return compareText(a, b);
}

/** Compares by UTF-16 code units: for the ASCII of versions this is the byte order. */
export function compareText(a: string, b: string): Order {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares item by item; where one list is the beginning of the other, the shorter is older. */
export function compareNumeralLists(a: readonly Numeral[], b: readonly Numeral[]): Order {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const order = compareNumerals(a[index] ?? 0, b[index] ?? 0);
    if (order !== 0) return order;
  }
  return a.length < b.length ? -1 : a.length > b.length ? 1 : 0;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isLowercase(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

export function isLetter(code: number): boolean {
  return isLowercase(code | 0x20);
}
