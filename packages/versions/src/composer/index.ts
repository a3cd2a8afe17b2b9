import { compareNumerals, isDigit, isLetter, type Numeral, numeral } from '../numeral.ts';
import type { Order, SchemeReading, VersionRules } from '../scheme.ts';

/** A number, or a word with the weight PHP gives it. */
type Part = { readonly number: Numeral } | { readonly weight: number };

/** PHP's words by their beginnings; a word that is none of them is older than `dev`, a number weighs as `#`. */
const WORDS = [
  ['dev', 0],
  ['a', 1],
  ['b', 2],
  ['RC', 3],
  ['rc', 3],
  ['#', 4],
  ['p', 5],
] as const;
const UNKNOWN_WORD = -1;
const NUMBER_WEIGHT = 4;

/**
 * Composer's order: PHP's `version_compare` (php.net/version_compare) after the leading `v` that Composer drops. Dots,
 * dashes, underscores, plus signs and changes between digits and letters part a version.
 */
export const composerRules: VersionRules<readonly Part[]> = { parse, compare };

function parse(text: string): SchemeReading<readonly Part[]> {
  const body = text.replace(/^[vV]/, '');
  if (!/[0-9A-Za-z]/.test(body)) return { ok: false, reason: 'it has neither digit nor letter' };
  const parts: Part[] = [];
  let index = 0;
  while (index < body.length) {
    if ('.-_+'.includes(body[index] ?? '')) {
      index += 1;
      continue;
    }
    const start = index;
    const digits = isDigit(body.charCodeAt(index));
    while (index < body.length && isDigit(body.charCodeAt(index)) === digits && !'.-_+'.includes(body[index] ?? '')) {
      index += 1;
    }
    const word = body.slice(start, index);
    parts.push(digits ? { number: numeral(word) } : { weight: weightOf(word) });
  }
  return { ok: true, version: parts };
}

function compare(a: readonly Part[], b: readonly Part[]): Order {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const order = compareParts(a[index], b[index]);
    if (order !== 0) return order;
  }
  if (a.length === b.length) return 0;
  return a.length > b.length ? tail(a, shared) : (-tail(b, shared) as Order);
}

/** What the rest of the longer version makes of it: a number or `pl` newer, a pre-release older, `#` by what follows. */
function tail(parts: readonly Part[], from: number): Order {
  for (let index = from; index < parts.length; index += 1) {
    const part = parts[index];
    if (part === undefined || 'number' in part || part.weight > NUMBER_WEIGHT) return 1;
    if (part.weight < NUMBER_WEIGHT) return -1;
  }
  return 0;
}

function compareParts(a: Part | undefined, b: Part | undefined): Order {
  if (a === undefined || b === undefined) return 0;
  if ('number' in a && 'number' in b) return compareNumerals(a.number, b.number);
  const left = 'number' in a ? NUMBER_WEIGHT : a.weight;
  const right = 'number' in b ? NUMBER_WEIGHT : b.weight;
  return left < right ? -1 : left > right ? 1 : 0;
}

function weightOf(word: string): number {
  if (word !== '#' && !isLetter(word.charCodeAt(0))) return UNKNOWN_WORD;
  return WORDS.find(([name]) => word.startsWith(name))?.[1] ?? UNKNOWN_WORD;
}
