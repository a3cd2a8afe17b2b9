import { isDigit, isLetter } from '../numeral.ts';
import type { Order, SchemeReading, VersionRules } from '../scheme.ts';

interface DebVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

/** dpkg keeps the epoch in a C `int`. */
const MAX_EPOCH = 2 ** 31 - 1;

/**
 * Debian's order: deb-version(7) and Debian policy 5.6.12. Like dpkg it orders characters that policy forbids but dpkg
 * only warns about, and fails where dpkg does: no upstream version, an empty revision, an epoch that is no number.
 */
export const debRules: VersionRules<DebVersion> = { parse, compare };

function parse(text: string): SchemeReading<DebVersion> {
  let epoch = 0;
  let rest = text;
  const colon = text.indexOf(':');
  if (colon >= 0) {
    const digits = text.slice(0, colon);
    if (!/^[0-9]+$/.test(digits)) return { ok: false, reason: 'the epoch is not a number' };
    epoch = Number(digits);
    if (epoch > MAX_EPOCH) return { ok: false, reason: 'the epoch is too big' };
    rest = text.slice(colon + 1);
  }
  const dash = rest.lastIndexOf('-');
  const upstream = dash < 0 ? rest : rest.slice(0, dash);
  const revision = dash < 0 ? '' : rest.slice(dash + 1);
  if (upstream === '') return { ok: false, reason: 'there is no upstream version' };
  if (dash >= 0 && revision === '') return { ok: false, reason: 'the revision is empty' };
  return { ok: true, version: { epoch, upstream, revision } };
}

function compare(a: DebVersion, b: DebVersion): Order {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  return comparePart(a.upstream, b.upstream) || comparePart(a.revision, b.revision);
}

/** Alternates between runs of non-digits, by weight, and runs of digits, by value, until something differs. */
function comparePart(a: string, b: string): Order {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference < 0 ? -1 : 1;
      i += 1;
      j += 1;
    }
    while (a.charCodeAt(i) === 0x30) i += 1;
    while (b.charCodeAt(j) === 0x30) j += 1;
    let first = 0;
    while (isDigit(a.charCodeAt(i)) && isDigit(b.charCodeAt(j))) {
      if (first === 0) first = a.charCodeAt(i) - b.charCodeAt(j);
      i += 1;
      j += 1;
    }
    if (isDigit(a.charCodeAt(i))) return 1;
    if (isDigit(b.charCodeAt(j))) return -1;
    if (first !== 0) return first < 0 ? -1 : 1;
  }
  return 0;
}

/** `~` sorts before the end, letters before everything else. */
function weight(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (Number.isNaN(code) || isDigit(code)) return 0;
  if (isLetter(code)) return code;
  return code === 0x7e ? -1 : code + 256;
}
