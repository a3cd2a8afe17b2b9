import { compareNumerals, compareText, isDigit, isLetter, type Numeral, numeral } from '../numeral.ts';
import type { Order, SchemeReading, VersionRules } from '../scheme.ts';

interface RpmVersion {
  readonly epoch: Numeral;
  readonly version: string;
  /** Absent sorts before every release, an empty one too. */
  readonly release: string | undefined;
}

/**
 * RPM's order: rpmvercmp as rpm-version(7) describes it, on epoch, version and release in turn. A missing epoch is zero;
 * text before a colon that is no number is no epoch but part of the version.
 */
export const rpmRules: VersionRules<RpmVersion> = { parse, compare };

function parse(text: string): SchemeReading<RpmVersion> {
  let epoch: Numeral = 0;
  let rest = text;
  const colon = text.indexOf(':');
  if (colon > 0 && /^[0-9]+$/.test(text.slice(0, colon))) {
    epoch = numeral(text.slice(0, colon));
    rest = text.slice(colon + 1);
  }
  if (rest === '') return { ok: false, reason: 'there is no version after the epoch' };
  const dash = rest.indexOf('-');
  const version = dash < 0 ? rest : rest.slice(0, dash);
  return { ok: true, version: { epoch, version, release: dash < 0 ? undefined : rest.slice(dash + 1) } };
}

function compare(a: RpmVersion, b: RpmVersion): Order {
  const order = compareNumerals(a.epoch, b.epoch) || comparePart(a.version, b.version);
  if (order !== 0) return order;
  if (a.release === undefined || b.release === undefined) {
    return a.release === b.release ? 0 : a.release === undefined ? -1 : 1;
  }
  return comparePart(a.release, b.release);
}

/** The kinds of segment in their order: a tilde is older than the end, the end older than a caret, and so on. */
const TILDE = 0;
const END = 1;
const CARET = 2;
const LETTERS = 3;
const DIGITS = 4;

function comparePart(a: string, b: string): Order {
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const kind = kindAt(a, i);
    const other = kindAt(b, j);
    if (kind !== other) return kind < other ? -1 : 1;
    if (kind === END) return 0;
    if (kind === TILDE || kind === CARET) {
      i += 1;
      j += 1;
      continue;
    }
    const accepts = kind === DIGITS ? isDigit : isLetter;
    const endA = runEnd(a, i, accepts);
    const endB = runEnd(b, j, accepts);
    const order =
      kind === DIGITS
        ? compareNumerals(numeral(a.slice(i, endA)), numeral(b.slice(j, endB)))
        : compareText(a.slice(i, endA), b.slice(j, endB));
    if (order !== 0) return order;
    i = endA;
    j = endB;
  }
}

function kindAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (Number.isNaN(code)) return END;
  if (isDigit(code)) return DIGITS;
  if (isLetter(code)) return LETTERS;
  return code === 0x7e ? TILDE : CARET;
}

/** Everything but ASCII letters, digits, tilde and caret only separates. */
function skipSeparators(text: string, from: number): number {
  let index = from;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (isDigit(code) || isLetter(code) || code === 0x7e || code === 0x5e) break;
    index += 1;
  }
  return index;
}

function runEnd(text: string, from: number, accepts: (code: number) => boolean): number {
  let index = from + 1;
  while (index < text.length && accepts(text.charCodeAt(index))) index += 1;
  return index;
}
