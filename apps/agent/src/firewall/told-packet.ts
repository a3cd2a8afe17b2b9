import { writeAddress } from '@bulkhead/nftables';

/** The ends of a packet that a rule told of. */
export interface ToldPacket {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | `protocol ${number}`;
  readonly source: string;
  readonly destination: string;
  /** Of TCP and UDP, where the packet has them: a later fragment does not. */
  readonly ports?: { readonly source: number; readonly destination: number };
  /** What follows the header of UDP; empty for anything else. */
  readonly payload: Uint8Array;
}

const TCP = 6;
const UDP = 17;
const ICMP = [1, 58];
const UDP_HEADER = 8;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** Hop-by-hop, routing, fragment and destination options (RFC 8200): more of them than this are no honest packet. */
const EXTENSIONS = [0, 43, 44, 60];
const FRAGMENT = 44;
const MAX_EXTENSIONS = 8;

/** Reads the headers of an IPv4 or IPv6 packet, perhaps cut short behind them. Undefined for what is none. */
export function readToldPacket(bytes: Uint8Array): ToldPacket | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < IPV4_HEADER) return undefined;
  const version = view.getUint8(0) >> 4;
  if (version === 4) return readIpv4(bytes, view);
  return version === 6 && bytes.length >= IPV6_HEADER ? readIpv6(bytes, view) : undefined;
}

function readIpv4(bytes: Uint8Array, view: DataView): ToldPacket | undefined {
  const header = (view.getUint8(0) & 0x0f) * 4;
  if (header < IPV4_HEADER || header > bytes.length) return undefined;
  const isLaterFragment = (view.getUint16(6) & 0x1fff) !== 0;
  const address = (at: number): string => writeAddress(bytes.subarray(at, at + 4));
  return transport(view.getUint8(9), bytes, view, isLaterFragment ? bytes.length : header, address(12), address(16));
}

function readIpv6(bytes: Uint8Array, view: DataView): ToldPacket {
  let protocol = view.getUint8(6);
  let at = IPV6_HEADER;
  for (let count = 0; count < MAX_EXTENSIONS && EXTENSIONS.includes(protocol) && at + 8 <= bytes.length; count += 1) {
    const isFragment = protocol === FRAGMENT;
    const isLater = isFragment && view.getUint16(at + 2) >> 3 !== 0;
    const size = isFragment ? 8 : (view.getUint8(at + 1) + 1) * 8;
    protocol = view.getUint8(at);
    at = isLater ? bytes.length : at + size;
  }
  const address = (from: number): string => writeAddress(bytes.subarray(from, from + 16));
  return transport(protocol, bytes, view, at, address(8), address(24));
}

function transport(
  protocol: number,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  source: string,
  destination: string,
): ToldPacket {
  const name = protocol === TCP ? 'tcp' : protocol === UDP ? 'udp' : undefined;
  const ends = { source, destination };
  if (name === undefined) {
    return { protocol: ICMP.includes(protocol) ? 'icmp' : `protocol ${protocol}`, ...ends, payload: new Uint8Array() };
  }
  if (at + 4 > bytes.length) return { protocol: name, ...ends, payload: new Uint8Array() };
  const ports = { source: view.getUint16(at), destination: view.getUint16(at + 2) };
  const payload = name === 'udp' ? bytes.subarray(Math.min(at + UDP_HEADER, bytes.length)) : new Uint8Array();
  return { protocol: name, ...ends, ports, payload };
}
