import type { PcapFile } from './pcap-file.ts';

const MAXIMUM_SEGMENT = 1460;
const HEADERS = 54;
const FLAG = { fin: 0x01, syn: 0x02, push: 0x08, ack: 0x10 } as const;

interface End {
  readonly address: number;
  readonly port: number;
  sequence: number;
}

/** One TCP connection as a capture at its router would show it: handshake, segments of MTU size, an ACK for every two. */
export class TcpSession {
  readonly #file: PcapFile;
  readonly #client: End;
  readonly #server: End;

  /** `number` makes the connection unlike any other: it gives the client's address and port. */
  constructor(file: PcapFile, number: number, serverPort: number) {
    this.#file = file;
    const address = 0x0a00_0002 + Math.floor(number / 60_000);
    this.#client = { address, port: 1024 + (number % 60_000), sequence: (number * 7919) >>> 0 };
    this.#server = { address: 0x0aff_0001, port: serverPort, sequence: (number * 104_729) >>> 0 };
  }

  open(): void {
    this.#send(this.#client, this.#server, FLAG.syn, '');
    this.#client.sequence = (this.#client.sequence + 1) >>> 0;
    this.#send(this.#server, this.#client, FLAG.syn | FLAG.ack, '');
    this.#server.sequence = (this.#server.sequence + 1) >>> 0;
    this.#send(this.#client, this.#server, FLAG.ack, '');
  }

  /** The first packet of a handshake that nobody goes on with. */
  offer(): void {
    this.#send(this.#client, this.#server, FLAG.syn, '');
  }

  request(text: string): void {
    this.#stream(this.#client, this.#server, text);
  }

  response(text: string): void {
    this.#stream(this.#server, this.#client, text);
  }

  close(): void {
    this.#send(this.#client, this.#server, FLAG.fin | FLAG.ack, '');
    this.#client.sequence = (this.#client.sequence + 1) >>> 0;
    this.#send(this.#server, this.#client, FLAG.fin | FLAG.ack, '');
    this.#server.sequence = (this.#server.sequence + 1) >>> 0;
    this.#send(this.#client, this.#server, FLAG.ack, '');
  }

  #stream(from: End, to: End, text: string): void {
    let segments = 0;
    for (let at = 0; at < text.length; at += MAXIMUM_SEGMENT) {
      const part = text.slice(at, at + MAXIMUM_SEGMENT);
      this.#send(from, to, FLAG.ack | (at + part.length === text.length ? FLAG.push : 0), part);
      from.sequence = (from.sequence + part.length) >>> 0;
      segments += 1;
      if (segments % 2 === 0) this.#send(to, from, FLAG.ack, '');
    }
  }

  #send(from: End, to: End, flags: number, payload: string): void {
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
    frame.writeUInt32BE(from.sequence, 38);
    frame.writeUInt32BE((flags & FLAG.ack) === 0 ? 0 : to.sequence, 42);
    frame.writeUInt8(0x50, 46);
    frame.writeUInt8(flags, 47);
    frame.writeUInt16BE(0xffff, 48);
    frame.write(payload, HEADERS, 'latin1');
    const pseudo =
      (from.address >>> 16) +
      (from.address & 0xffff) +
      (to.address >>> 16) +
      (to.address & 0xffff) +
      6 +
      20 +
      payload.length;
    frame.writeUInt16BE(checksum(frame, 34, frame.length, pseudo), 50);
    this.#file.packet(frame);
  }
}

/** The Internet checksum (RFC 1071) of a range, with something already summed. */
function checksum(bytes: Buffer, from: number, to: number, start: number): number {
  let sum = start;
  for (let at = from; at + 1 < to; at += 2) sum += bytes.readUInt16BE(at);
  if ((to - from) % 2 === 1) sum += bytes.readUInt8(to - 1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}
