import type { Prefix } from './address.ts';

const WIDTH = { 4: 32, 6: 128 } as const;

/** A prefix as people write it: a single address without its length, IPv6 as RFC 5952 has it. */
export function prefixText({ family, value, bits }: Prefix): string {
  const address = family === 4 ? ipv4Text(value) : ipv6Text(value);
  return bits === WIDTH[family] ? address : `${address}/${bits}`;
}

function ipv4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
}

function ipv6Text(value: bigint): string {
  const hextets = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  // The longest run of zeros is left out, the first of several, and never a single one.
  let [start, length] = [0, 1];
  for (let at = 0; at < hextets.length; at += 1) {
    let end = at;
    while (hextets[end] === '0') end += 1;
    if (end - at > length) [start, length] = [at, end - at];
    at = Math.max(at, end - 1);
  }
  if (length === 1) return hextets.join(':');
  return `${hextets.slice(0, start).join(':')}::${hextets.slice(start + length).join(':')}`;
}
