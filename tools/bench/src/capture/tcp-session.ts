import type { PcapFile } from './pcap-file.ts';
import { type Endpoint, FLAG, tcpFrame } from './tcp-frame.ts';

const MAXIMUM_SEGMENT = 1460;

interface End extends Endpoint {
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

  #send(from: End, to: End, flags: number, text: string): void {
    const payload = Buffer.from(text, 'latin1');
    this.#file.packet(tcpFrame({ from, to, sequence: from.sequence, acknowledgement: to.sequence, flags, payload }));
  }
}
