/** What one side says in a conversation. */
export interface Turn {
  readonly from: 'client' | 'server';
  readonly text: string;
}

const CLIENT = { ip: [10, 0, 0, 1], port: 40_000 } as const;
const SERVER = { ip: [10, 0, 0, 2], port: 8080 } as const;
const SYN = 0x02;
const FIN = 0x01;
const ACK = 0x10;
const LINK_TYPE_RAW_IP = 101;

/** A pcap file of one whole TCP conversation, handshake to close, as a network would have carried it. */
export function captureOf(turns: readonly Turn[]): Buffer {
  const next = { client: 1000, server: 5000 };
  const packets: Buffer[] = [];
  const send = (from: 'client' | 'server', flags: number, data = Buffer.alloc(0)): void => {
    const to = from === 'client' ? 'server' : 'client';
    const acknowledged = (flags & ACK) === 0 ? 0 : next[to];
    packets.push(packet(from, next[from], acknowledged, flags, data));
    next[from] += data.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
  };

  send('client', SYN);
  send('server', SYN | ACK);
  send('client', ACK);
  for (const { from, text } of turns) send(from, ACK, Buffer.from(text));
  send('client', FIN | ACK);
  send('server', FIN | ACK);
  send('client', ACK);
  return pcapOf(packets);
}

/** An HTTP request and its answer, both with the lengths they say. */
export function httpTurns(body: string, answer: string): readonly Turn[] {
  const type = 'Content-Type: application/json\r\n';
  const length = (text: string): string => `Content-Length: ${Buffer.byteLength(text)}\r\n`;
  return [
    { from: 'client', text: `POST /orders HTTP/1.1\r\nHost: shop\r\n${type}${length(body)}\r\n${body}` },
    { from: 'server', text: `HTTP/1.1 200 OK\r\n${type}${length(answer)}\r\n${answer}` },
  ];
}

function pcapOf(packets: readonly Buffer[], linkType = LINK_TYPE_RAW_IP): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(linkType, 20);
  const records = packets.flatMap((bytes, index) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000 + index, 0);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    return [record, bytes];
  });
  return Buffer.concat([head, ...records]);
}

function packet(
  from: 'client' | 'server',
  sequence: number,
  acknowledged: number,
  flags: number,
  data: Buffer,
): Buffer {
  const [source, target] = from === 'client' ? [CLIENT, SERVER] : [SERVER, CLIENT];
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(source.port, 0);
  tcp.writeUInt16BE(target.port, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledged, 8);
  tcp.writeUInt8(5 << 4, 12);
  tcp.writeUInt8(flags, 13);
  tcp.writeUInt16BE(65_535, 14);
  const pseudo = Buffer.from([...source.ip, ...target.ip, 0, 6, 0, 0]);
  pseudo.writeUInt16BE(tcp.length + data.length, 10);
  tcp.writeUInt16BE(checksum(Buffer.concat([pseudo, tcp, data])), 16);

  const ip = Buffer.alloc(20);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(ip.length + tcp.length + data.length, 2);
  ip.writeUInt8(64, 8);
  ip.writeUInt8(6, 9);
  ip.set([...source.ip, ...target.ip], 12);
  ip.writeUInt16BE(checksum(ip), 10);
  return Buffer.concat([ip, tcp, data]);
}

/** The Internet checksum (RFC 1071). */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2)
    sum += (bytes.readUInt8(at) << 8) + (at + 1 < bytes.length ? bytes.readUInt8(at + 1) : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
