import { and, assign, connectionMark, equals, or, packetMark, type Statement } from '../nft-json.ts';

/**
 * The bits of packet and connection marks that are Bulkhead's. All others belong to somebody else and are never changed.
 *
 * On a packet: `inspect` says that it must go to the queue; the inspector answers with `pass` or `block`, which the late
 * chain moves to the connection, where they decide about all later packets without asking again. `allowed` is on a packet
 * only within the firewall's chains: some list of rules allows it. `counted` is on a connection alone: its session was counted.
 */
export const MARK = {
  all: 0x0f000000,
  inspect: 0x01000000,
  pass: 0x02000000,
  block: 0x04000000,
  allowed: 0x08000000,
  counted: 0x08000000,
} as const;

const OTHERS = 0xf0ffffff;
const ALL_BITS = 0xffffffff;

export const packetHas = (bit: number): Statement => equals(and(packetMark, bit), bit);
export const connectionHas = (bit: number): Statement => equals(and(connectionMark, bit), bit);
export const markPacket = (bit: number): Statement => assign(packetMark, or(packetMark, bit));
/** Takes one bit off a packet and leaves all others. */
export const clearPacketBit = (bit: number): Statement => assign(packetMark, and(packetMark, ALL_BITS - bit));
export const markConnection = (bit: number): Statement => assign(connectionMark, or(connectionMark, bit));
export const clearPacketMark: Statement = assign(packetMark, and(packetMark, OTHERS));
