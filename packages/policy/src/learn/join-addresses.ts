import { type Prefix, rangeOf, readPrefix } from '../network/address.ts';
import { prefixText } from '../network/address-text.ts';
import { finished, mapped, type Steps } from './steps.ts';

const WIDTH = { 4: 32, 6: 128 } as const;

/** Addresses and prefixes as the fewest prefixes that hold just them and no other, in order. */
export function joinAddresses(texts: Iterable<string>): readonly string[] {
  return finished(joiningAddresses(texts));
}

/** The same in steps. */
export function* joiningAddresses(texts: Iterable<string>): Steps<readonly string[]> {
  const prefixes = (yield* mapped([...new Set(texts)], readPrefix)).filter((prefix) => prefix !== undefined);
  const joined: string[][] = [];
  for (const family of [4, 6] as const) {
    const ranges = rangesOf(prefixes.filter((prefix) => prefix.family === family));
    yield;
    joined.push((yield* mapped(ranges, ({ first, last }) => split(family, first, last))).flat());
  }
  return joined.flat();
}

interface Range {
  readonly first: bigint;
  last: bigint;
}

function rangesOf(prefixes: readonly Prefix[]): readonly Range[] {
  const merged: Range[] = [];
  const sorted = prefixes.map(rangeOf).toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  for (const range of sorted) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last + 1n) merged.push({ ...range });
    else if (range.last > before.last) before.last = range.last;
  }
  return merged;
}

/** A range has at most two prefixes of each length. */
function split(family: 4 | 6, first: bigint, last: bigint): readonly string[] {
  const found: string[] = [];
  let at = first;
  while (at <= last) {
    let rest = 0;
    while (rest < WIDTH[family]) {
      const size = 1n << BigInt(rest + 1);
      if (at % size !== 0n || at + size - 1n > last) break;
      rest += 1;
    }
    found.push(prefixText({ family, value: at, bits: WIDTH[family] - rest }));
    at += 1n << BigInt(rest);
  }
  return found;
}
