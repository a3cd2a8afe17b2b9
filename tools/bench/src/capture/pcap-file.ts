import { closeSync, openSync, writeSync } from 'node:fs';

const FILE_HEADER = 24;
const PACKET_HEADER = 16;
const BUFFER_BYTES = 4 << 20;
const ETHERNET = 1;

/** Writes a classic pcap file of Ethernet frames, with times that advance by a microsecond a packet. */
export class PcapFile {
  readonly #descriptor: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #used = 0;
  #written = 0;
  #packets = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'w');
    const header = Buffer.alloc(FILE_HEADER);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(262_144, 16);
    header.writeUInt32LE(ETHERNET, 20);
    this.#append(header);
  }

  get bytes(): number {
    return this.#written + this.#used;
  }

  get packets(): number {
    return this.#packets;
  }

  packet(frame: Uint8Array): void {
    const header = Buffer.alloc(PACKET_HEADER);
    header.writeUInt32LE(1_700_000_000 + Math.floor(this.#packets / 1_000_000), 0);
    header.writeUInt32LE(this.#packets % 1_000_000, 4);
    header.writeUInt32LE(frame.length, 8);
    header.writeUInt32LE(frame.length, 12);
    this.#append(header);
    this.#append(frame);
    this.#packets += 1;
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #append(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#buffer.length) this.#flush();
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #flush(): void {
    writeSync(this.#descriptor, this.#buffer, 0, this.#used);
    this.#written += this.#used;
    this.#used = 0;
  }
}
