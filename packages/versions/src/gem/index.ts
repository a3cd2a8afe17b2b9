import { compareNumerals, compareText, type Numeral, numeral } from '../numeral.ts';
import type { Order, SchemeReading, VersionRules } from '../scheme.ts';

/** Letters, or a number; a missing segment is the number zero. */
type Segment = { readonly letters: string } | { readonly number: Numeral };

/**
 * RubyGems' order (`Gem::Version`, guides.rubygems.org/patterns): letters are older than numbers, which makes them
 * pre-releases; a dash stands for `.pre.`; zeros at the end of the release and of the whole do not count.
 */
export const gemRules: VersionRules<readonly Segment[]> = { parse, compare };

const ZERO: Segment = { number: 0 };

function parse(text: string): SchemeReading<readonly Segment[]> {
  if (!/^[0-9][0-9A-Za-z]*(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.test(text)) {
    return { ok: false, reason: 'it is not segments of digits and letters parted by dots' };
  }
  const segments: Segment[] = [];
  const plain = text.replaceAll('-', '.pre.');
  let release = true;
  for (const part of plain.match(/[0-9]+|[A-Za-z]+/g) ?? []) {
    const letters = part.charCodeAt(0) > 0x39;
    if (letters && release) {
      dropZeros(segments);
      release = false;
    }
    segments.push(letters ? { letters: part } : { number: numeral(part) });
  }
  dropZeros(segments);
  return { ok: true, version: segments };
}

function compare(a: readonly Segment[], b: readonly Segment[]): Order {
  const longest = Math.max(a.length, b.length);
  for (let index = 0; index < longest; index += 1) {
    const order = compareSegments(a[index] ?? ZERO, b[index] ?? ZERO);
    if (order !== 0) return order;
  }
  return 0;
}

function compareSegments(a: Segment, b: Segment): Order {
  if ('number' in a) return 'number' in b ? compareNumerals(a.number, b.number) : 1;
  return 'number' in b ? -1 : compareText(a.letters, b.letters);
}

function dropZeros(segments: Segment[]): void {
  for (
    let last = segments.at(-1);
    last !== undefined && 'number' in last && last.number === 0;
    last = segments.at(-1)
  ) {
    segments.pop();
  }
}
