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

/** Addresses of IPv6 are written in URLs as RFC 5952 has it. */
function ipv6Text(value: bigint): string {
  const hextets = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return new URL(`http://[${hextets.join(':')}]`).hostname.slice(1, -1);
}
