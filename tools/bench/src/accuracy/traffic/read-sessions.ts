import { readFileSync } from 'node:fs';
import type { RecordedSession, Side, Turn } from './recorded-session.ts';

const FILE_HEADER = 24;
const PACKET_HEADER = 16;
const MAGIC = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d } as const;
const ETHERNET = 1;
const ETHERNET_HEADER = 14;
const IPV4 = 0x0800;
const TCP = 6;
const SYN = 0x02;
const ACK = 0x10;

interface Reading {
  readonly turns: Turn[];
  /** The sequence number that comes next on each side. */
  readonly next: { client: number; server: number };
}

/**
 * Reads the connections to a port out of a classic pcap file of a loopback interface, in the order of their handshakes.
 * Segments there arrive in order; what was sent again is skipped, and a hole is an error: the recorder lost a packet.
 */
export function readSessions(path: string, serverPort: number): readonly RecordedSession[] {
  const file = readFileSync(path);
  const magic = file.readUInt32LE(0);
  if ((magic !== MAGIC.microseconds && magic !== MAGIC.nanoseconds) || file.readUInt32LE(20) !== ETHERNET) {
    throw new Error(`${path} is no pcap file of Ethernet frames`);
  }
  const sessions: Reading[] = [];
  const byClientPort = new Map<number, Reading>();
  for (let at = FILE_HEADER; at + PACKET_HEADER <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    take(file.subarray(at + PACKET_HEADER, at + PACKET_HEADER + length));
    at += PACKET_HEADER + length;
  }
  return sessions;

  function take(frame: Buffer): void {
    if (frame.readUInt16BE(12) !== IPV4) return;
    const ip = frame.subarray(ETHERNET_HEADER);
    const ipHeader = (ip.readUInt8(0) & 0x0f) * 4;
    if (ip.readUInt8(9) !== TCP) return;
    const tcp = ip.subarray(ipHeader, ip.readUInt16BE(2));
    const from: Side = tcp.readUInt16BE(2) === serverPort ? 'client' : 'server';
    const clientPort = tcp.readUInt16BE(from === 'client' ? 0 : 2);
    const sequence = tcp.readUInt32BE(4);
    const flags = tcp.readUInt8(13);
    if ((flags & SYN) !== 0) {
      if ((flags & ACK) === 0) open(clientPort);
      const session = byClientPort.get(clientPort);
      if (session !== undefined) session.next[from] = (sequence + 1) >>> 0;
      return;
    }
    const session = byClientPort.get(clientPort);
    const payload = tcp.subarray((tcp.readUInt8(12) >> 4) * 4);
    if (session === undefined || payload.length === 0) return;
    const repeated = (session.next[from] - sequence) | 0;
    if (repeated < 0) throw new Error(`${path}: ${-repeated} bytes of a connection were not recorded`);
    if (repeated >= payload.length) return;
    session.turns.push({ from, bytes: payload.subarray(repeated) });
    session.next[from] = (sequence + payload.length) >>> 0;
  }

  function open(clientPort: number): void {
    const session: Reading = { turns: [], next: { client: 0, server: 0 } };
    sessions.push(session);
    byClientPort.set(clientPort, session);
  }
}
