import { and, assign, connectionMark, equals, or, packetMark, type Statement } from '../nft-json.ts';

/**
 * The bits of packet and connection marks that are Bulkhead's. All others belong to somebody else and are never changed.
 *
 * On a packet: `inspect` says that it must go to the queue; the inspector answers with `pass` or `block`, which the late
 * chain moves to the connection, where they decide about all later packets without asking again.
 */
export const MARK = {
  all: 0x0f000000,
  inspect: 0x01000000,
  pass: 0x02000000,
  block: 0x04000000,
} as const;

const OTHERS = 0xf0ffffff;

export const packetHas = (bit: number): Statement => equals(and(packetMark, bit), bit);
export const connectionHas = (bit: number): Statement => equals(and(connectionMark, bit), bit);
export const markPacket = (bit: number): Statement => assign(packetMark, or(packetMark, bit));
export const markConnection = (bit: number): Statement => assign(connectionMark, or(connectionMark, bit));
export const clearPacketMark: Statement = assign(packetMark, and(packetMark, OTHERS));
