import { type Prefix, rangeOf, readPrefix } from './address.ts';

/** The first and the last address of a range. */
export type AddressRange = readonly [first: string, last: string];

/** Addresses and prefixes as the fewest ranges of each family that hold just them, in order. */
export interface AddressRanges {
  readonly ipv4: readonly AddressRange[];
  readonly ipv6: readonly AddressRange[];
}

/** What is no address or prefix is passed over: it was refused where it came in. */
export function addressRanges(texts: Iterable<string>): AddressRanges {
  const prefixes = [...new Set(texts)].flatMap((text) => readPrefix(text) ?? []);
  return { ipv4: rangesOf(prefixes, 4), ipv6: rangesOf(prefixes, 6) };
}

function rangesOf(prefixes: readonly Prefix[], family: 4 | 6): readonly AddressRange[] {
  const ranges = prefixes.flatMap((prefix) => (prefix.family === family ? [rangeOf(prefix)] : []));
  const merged: { first: bigint; last: bigint }[] = [];
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last + 1n) merged.push({ ...range });
    else if (range.last > before.last) before.last = range.last;
  }
  const write = family === 4 ? writeIpv4 : writeIpv6;
  return merged.map(({ first, last }) => [write(first), write(last)]);
}

function writeIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
}

/** All eight groups: no reader takes it for anything else. */
function writeIpv6(value: bigint): string {
  return Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(
    ':',
  );
}
