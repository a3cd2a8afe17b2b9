const FLAG = { syn: 0x02, push: 0x08, ack: 0x10 } as const;
const RAW_IP = 101;
const CLIENT = { address: [10, 0, 0, 1], port: 40_000, sequence: 1_000 };
const SERVER = { address: [10, 0, 0, 2], port: 8_080, sequence: 9_000 };

/** A pcap capture, for tests, of a TCP handshake and an HTTP request with this JSON body. */
export function postCapture(body: string): Buffer {
  const head = `POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n`;
  const request = `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const packets = [
    segment(CLIENT, SERVER, FLAG.syn, -1, ''),
    segment(SERVER, CLIENT, FLAG.syn | FLAG.ack, -1, ''),
    segment(CLIENT, SERVER, FLAG.ack, 0, ''),
    segment(CLIENT, SERVER, FLAG.ack | FLAG.push, 0, request),
  ];
  return Buffer.concat([fileHeader(), ...packets.map(record)]);
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(0xffff, 16);
  header.writeUInt32LE(RAW_IP, 20);
  return header;
}

function record(packet: Buffer, i: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(1_700_000_000, 0);
  header.writeUInt32LE(i, 4);
  header.writeUInt32LE(packet.length, 8);
  header.writeUInt32LE(packet.length, 12);
  return Buffer.concat([header, packet]);
}

function segment(from: typeof CLIENT, to: typeof CLIENT, flags: number, offset: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const ip = Buffer.alloc(20);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(40 + payload.length, 2);
  ip.writeUInt8(64, 8);
  ip.writeUInt8(6, 9);
  ip.set(from.address, 12);
  ip.set(to.address, 16);
  ip.writeUInt16BE(checksum(ip), 10);
  const tcp = Buffer.alloc(20 + payload.length);
  tcp.writeUInt16BE(from.port, 0);
  tcp.writeUInt16BE(to.port, 2);
  tcp.writeUInt32BE(from.sequence + offset, 4);
  if ((flags & FLAG.ack) !== 0) tcp.writeUInt32BE(to.sequence, 8);
  tcp.writeUInt8(0x50, 12);
  tcp.writeUInt8(flags, 13);
  tcp.writeUInt16BE(0xffff, 14);
  tcp.set(payload, 20);
  const pseudo = Buffer.from([...from.address, ...to.address, 0, 6, tcp.length >> 8, tcp.length & 0xff]);
  tcp.writeUInt16BE(checksum(Buffer.concat([pseudo, tcp])), 16);
  return Buffer.concat([ip, tcp]);
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}
