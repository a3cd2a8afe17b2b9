const HEADERS = 54;

export const FLAG = { fin: 0x01, syn: 0x02, push: 0x08, ack: 0x10 } as const;

/** One side of a connection: an IPv4 address as a number, and a port. */
export interface Endpoint {
  readonly address: number;
  readonly port: number;
}

export interface TcpSegment {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** An Ethernet frame of one TCP segment over IPv4, with the checksums a receiver would ask for. */
export function tcpFrame({ from, to, sequence, acknowledgement, flags, payload }: TcpSegment): Buffer {
  const frame = Buffer.alloc(HEADERS + payload.length);
  frame.writeUIntBE(0x0200_0000_0001, 0, 6);
  frame.writeUIntBE(0x0200_0000_0002, 6, 6);
  frame.writeUInt16BE(0x0800, 12);
  frame.writeUInt16BE(0x4500, 14);
  frame.writeUInt16BE(40 + payload.length, 16);
  frame.writeUInt16BE(0x4000, 20);
  frame.writeUInt16BE(0x4006, 22);
  frame.writeUInt32BE(from.address, 26);
  frame.writeUInt32BE(to.address, 30);
  frame.writeUInt16BE(checksum(frame, 14, 34, 0), 24);
  frame.writeUInt16BE(from.port, 34);
  frame.writeUInt16BE(to.port, 36);
  frame.writeUInt32BE(sequence, 38);
  frame.writeUInt32BE((flags & FLAG.ack) === 0 ? 0 : acknowledgement, 42);
  frame.writeUInt8(0x50, 46);
  frame.writeUInt8(flags, 47);
  frame.writeUInt16BE(0xffff, 48);
  frame.set(payload, HEADERS);
  const addresses = [from, to].reduce((sum, { address }) => sum + (address >>> 16) + (address & 0xffff), 0);
  frame.writeUInt16BE(checksum(frame, 34, frame.length, addresses + 6 + 20 + payload.length), 50);
  return frame;
}

/** The Internet checksum (RFC 1071) of a range, with something already summed. */
function checksum(bytes: Buffer, from: number, to: number, start: number): number {
  let sum = start;
  for (let at = from; at + 1 < to; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if ((to - from) % 2 === 1) sum += (bytes[to - 1] ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}
