import { compareNumerals, compareText, isDigit, isLetter, isLowercase, type Numeral, numeral } from '../numeral.ts';
import type { Order, SchemeReading, VersionRules } from '../scheme.ts';

/** `kind` orders tokens of different kinds, `value` those of one. */
interface Token {
  readonly kind: number;
  readonly value: Numeral;
}

type ApkVersion = readonly Token[];

// From older to newer where two versions differ in the kind of their next token.
const INVALID = 0;
const EMPTY = 1;
const PRE_SUFFIX = 2;
const END = 3;
const REVISION = 4;
const HASH = 5;
const SUFFIX_NUMBER = 6;
const POST_SUFFIX = 7;
const LETTER = 8;
const PADDED = 9;
const NUMBER = 10;

const PRE_SUFFIXES = ['alpha', 'beta', 'pre', 'rc'];
const POST_SUFFIXES = ['cvs', 'svn', 'git', 'hg', 'p'];

const NOTHING: Token = { kind: END, value: 0 };

/**
 * Alpine's order: `number{.number}…{letter}{_suffix{number}}…{~hash}{-r#}`, apk-package(5). Numbers after the first that
 * begin with a zero are compared as text. From the first character that fits nowhere the rest counts as one invalid
 * token, older than everything, as apk-tools does it, since such versions are in use.
 */
export const apkRules: VersionRules<ApkVersion> = { parse, compare };

function parse(text: string): SchemeReading<ApkVersion> {
  const start = text.charCodeAt(0);
  if (!isDigit(start) && !isLetter(start) && start !== 0x2e) {
    return { ok: false, reason: 'it begins with neither a digit, a letter nor a dot' };
  }
  const tokens: Token[] = [];
  let index = readNumbers(text, tokens);
  index = readLetter(text, index, tokens);
  index = readSuffixes(text, index, tokens);
  index = readHash(text, index, tokens);
  index = readRevision(text, index, tokens);
  if (index < text.length) tokens.push({ kind: INVALID, value: 0 });
  return { ok: true, version: tokens };
}

function compare(a: ApkVersion, b: ApkVersion): Order {
  const longest = Math.max(a.length, b.length);
  for (let index = 0; index < longest; index += 1) {
    const left = a[index] ?? NOTHING;
    const right = b[index] ?? NOTHING;
    if (left.kind !== right.kind) return left.kind < right.kind ? -1 : 1;
    const order =
      left.kind === PADDED || left.kind === HASH
        ? compareText(String(left.value), String(right.value))
        : compareNumerals(left.value, right.value);
    if (order !== 0) return order;
  }
  return 0;
}

function readNumbers(text: string, tokens: Token[]): number {
  let index = 0;
  for (;;) {
    const end = digitsEnd(text, index);
    const digits = text.slice(index, end);
    if (digits === '') tokens.push({ kind: EMPTY, value: 0 });
    else if (tokens.length > 0 && digits.startsWith('0')) tokens.push({ kind: PADDED, value: digits });
    else tokens.push({ kind: NUMBER, value: numeral(digits) });
    if (text[end] !== '.') return end;
    index = end + 1;
  }
}

function readLetter(text: string, index: number, tokens: Token[]): number {
  if (!isLowercase(text.charCodeAt(index))) return index;
  tokens.push({ kind: LETTER, value: text.charCodeAt(index) });
  // Not in the grammar, but OpenSSH's packages were called 6.6.1p1.
  const end = digitsEnd(text, index + 1);
  if (end > index + 1) tokens.push({ kind: NUMBER, value: numeral(text.slice(index + 1, end)) });
  return end;
}

function readSuffixes(text: string, from: number, tokens: Token[]): number {
  let index = from;
  while (text[index] === '_') {
    let end = index + 1;
    while (isLowercase(text.charCodeAt(end))) end += 1;
    const name = text.slice(index + 1, end);
    const before = PRE_SUFFIXES.indexOf(name);
    const after = POST_SUFFIXES.indexOf(name);
    if (before < 0 && after < 0) return index;
    tokens.push(before >= 0 ? { kind: PRE_SUFFIX, value: before } : { kind: POST_SUFFIX, value: after });
    index = digitsEnd(text, end);
    if (index > end) tokens.push({ kind: SUFFIX_NUMBER, value: numeral(text.slice(end, index)) });
  }
  return index;
}

function readHash(text: string, from: number, tokens: Token[]): number {
  if (text[from] !== '~') return from;
  let index = from + 1;
  while (isDigit(text.charCodeAt(index)) || (text.charCodeAt(index) >= 0x61 && text.charCodeAt(index) <= 0x66))
    index += 1;
  if (index === from + 1) return from;
  tokens.push({ kind: HASH, value: text.slice(from + 1, index) });
  return index;
}

function readRevision(text: string, from: number, tokens: Token[]): number {
  if (!text.startsWith('-r', from)) return from;
  if (isLetter(text.charCodeAt(from + 2))) return from;
  const end = digitsEnd(text, from + 2);
  tokens.push({ kind: REVISION, value: numeral(text.slice(from + 2, end)) });
  return end;
}

function digitsEnd(text: string, from: number): number {
  let index = from;
  while (isDigit(text.charCodeAt(index))) index += 1;
  return index;
}
