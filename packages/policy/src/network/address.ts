/** An address or a prefix as numbers: the first `bits` bits of `value` count. */
export interface Prefix {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly bits: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;
const HEXTETS = 8;

/** Reads an address or a prefix of either family; undefined for anything else. Zones are none of an address. */
export function readPrefix(text: string): Prefix | undefined {
  const [address = '', length, more] = text.split('/');
  if (more !== undefined) return undefined;
  const family = address.includes(':') ? 6 : 4;
  const value = family === 6 ? readIpv6(address) : readIpv4(address);
  if (value === undefined) return undefined;
  if (length === undefined) return { family, value, bits: WIDTH[family] };
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return bits <= WIDTH[family] ? { family, value, bits } : undefined;
}

/** Whether an address (or all of a prefix) lies within a prefix. */
export function contains(outer: Prefix, inner: Prefix): boolean {
  if (outer.family !== inner.family || outer.bits > inner.bits) return false;
  const rest = BigInt(WIDTH[outer.family] - outer.bits);
  return outer.value >> rest === inner.value >> rest;
}

/** The first and the last address of a prefix. */
export function rangeOf({ family, value, bits }: Prefix): { readonly first: bigint; readonly last: bigint } {
  const rest = BigInt(WIDTH[family] - bits);
  const first = (value >> rest) << rest;
  return { first, last: first | ((1n << rest) - 1n) };
}

function readIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    // A leading zero is octal to some readers and decimal to others.
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function readIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(readHextets);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const given = head.length + (tail?.length ?? 0);
  // RFC 4291: "::" stands for one group of zeros or more.
  if (tail === undefined ? given !== HEXTETS : given >= HEXTETS) return undefined;
  const all = [...head, ...Array.from({ length: HEXTETS - given }, () => 0n), ...(tail ?? [])];
  return all.reduce((value, hextet) => (value << 16n) | hextet, 0n);
}

function readHextets(text: string): bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const hextets: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const ipv4 = readIpv4(part);
      if (ipv4 === undefined) return undefined;
      hextets.push(ipv4 >> 16n, ipv4 & 0xffffn);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      hextets.push(BigInt(`0x${part}`));
    } else {
      return undefined;
    }
  }
  return hextets;
}
