import { compareNumerals, compareText, isDigit, type Numeral, numeral } from '../numeral.ts';
import type { Order, SchemeReading, VersionRules } from '../scheme.ts';

/** A number or a word, and the separator before it: a change between digits and letters counts as a dash. */
interface Token {
  readonly dash: boolean;
  readonly value: { readonly number: Numeral } | { readonly word: string };
}

/** Words in their order; the empty one is the release itself. Others come after these, by their letters. */
const WORDS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const ALIASES: Readonly<Record<string, string>> = { ga: '', final: '', release: '', cr: 'rc' };
/** Only where a digit follows at once. */
const SHORT_FORMS: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };

/**
 * Maven's order (maven.apache.org/pom.html#version-order-specification). Everything is a version to Maven; here only
 * text with neither digit nor letter fails.
 */
export const mavenRules: VersionRules<readonly Token[]> = { parse, compare };

function parse(text: string): SchemeReading<readonly Token[]> {
  if (!/[0-9A-Za-z]/.test(text)) return { ok: false, reason: 'it has neither digit nor letter' };
  const tokens: Token[] = [];
  const lower = text.toLowerCase();
  let dash = false;
  let index = 0;
  for (;;) {
    const start = index;
    const digits = isDigit(lower.charCodeAt(index));
    while (index < lower.length && !isSeparator(lower[index]) && isDigit(lower.charCodeAt(index)) === digits)
      index += 1;
    tokens.push({ dash, value: valueOf(lower.slice(start, index), isDigit(lower.charCodeAt(index))) });
    if (index >= lower.length) return { ok: true, version: trim(tokens) };
    dash = lower[index] !== '.';
    if (isSeparator(lower[index])) index += 1;
  }
}

function compare(a: readonly Token[], b: readonly Token[]): Order {
  const longest = Math.max(a.length, b.length);
  for (let index = 0; index < longest; index += 1) {
    const left = a[index];
    const right = b[index];
    const order =
      left === undefined
        ? right === undefined
          ? 0
          : (-compareWithNothing(right) as Order)
        : right === undefined
          ? compareWithNothing(left)
          : compareTokens(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function compareTokens(a: Token, b: Token): Order {
  // .word < -word < -number < .number
  if ('word' in a.value) {
    if (!('word' in b.value)) return -1;
    if (a.dash !== b.dash) return a.dash ? 1 : -1;
    return compareWords(a.value.word, b.value.word);
  }
  if ('word' in b.value) return 1;
  if (a.dash !== b.dash) return a.dash ? -1 : 1;
  return compareNumerals(a.value.number, b.value.number);
}

/** The shorter version is padded with what means nothing at this place: zero, or the release itself. */
function compareWithNothing(token: Token): Order {
  return 'word' in token.value ? compareWords(token.value.word, '') : compareNumerals(token.value.number, 0);
}

function compareWords(a: string, b: string): Order {
  const left = WORDS.indexOf(a);
  const right = WORDS.indexOf(b);
  if (left < 0 && right < 0) return compareText(a, b);
  if (left < 0) return 1;
  if (right < 0) return -1;
  return left < right ? -1 : left > right ? 1 : 0;
}

function valueOf(text: string, digitFollows: boolean): Token['value'] {
  if (text === '') return { number: 0 };
  if (isDigit(text.charCodeAt(0))) return { number: numeral(text) };
  const short = digitFollows ? SHORT_FORMS[text] : undefined;
  return { word: short ?? (Object.hasOwn(ALIASES, text) ? (ALIASES[text] ?? text) : text) };
}

/** Drops what means nothing at the end and before each dash. */
function trim(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    const token = tokens[index];
    if (token === undefined) continue;
    const next = kept.at(-1);
    const atEnd = next === undefined || next.dash;
    if (index > 0 && atEnd && meansNothing(token)) continue;
    kept.push(token);
  }
  return kept.toReversed();
}

function meansNothing({ value }: Token): boolean {
  return 'word' in value ? value.word === '' : value.number === 0;
}

function isSeparator(character: string | undefined): boolean {
  return character === '.' || character === '-';
}
