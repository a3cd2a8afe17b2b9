const MAPPED_PREFIX = '00000000000000000000ffff';
const ICMP = 1;
const ICMP_V6 = 58;

/** Renders an end of a session: `10.0.0.1:1234`, `[2001:db8::1]:80`; without a port for ICMP, which has none. */
export function formatEndpoint(address: Uint8Array, port: number, ipProtocol: number): string {
  const hasPort = ipProtocol !== ICMP && ipProtocol !== ICMP_V6;
  const text = formatAddress(address);
  if (!hasPort) return text;
  return text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`;
}

/** Renders 16 bytes as an IP address: an IPv4-mapped one dotted, any other in the canonical form of RFC 5952. */
export function formatAddress(address: Uint8Array): string {
  if (Buffer.from(address.subarray(0, 12)).toString('hex') === MAPPED_PREFIX) return address.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((address[2 * i] ?? 0) << 8) | (address[2 * i + 1] ?? 0));
  const zeros = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(':');
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`;
}

/** The first of the longest runs of zero groups. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [i, group] of groups.entries()) {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  }
  return best;
}
