import { gzipSync } from 'node:zlib';

export interface TarEntrySpec {
  readonly name: string;
  readonly content?: string | Buffer;
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
  /** Lies about the size of the content. */
  readonly size?: number;
  readonly prefix?: string;
}

const BLOCK = 512;

/** Makes a tar archive entry by entry, honest or not: what no tar program would write can be written too. */
export function tarOf(entries: readonly TarEntrySpec[], { closed = true } = {}): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
    return [tarHeader(entry, content.length), content, padding];
  });
  return Buffer.concat(closed ? [...blocks, Buffer.alloc(2 * BLOCK)] : blocks);
}

export function tarHeader(entry: TarEntrySpec, contentBytes: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(entry.name, 0, 100, 'utf8');
  header.write(octal(entry.mode ?? 0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  writeSize(header, entry.size ?? contentBytes);
  header.write(octal(0, 11), 136);
  header.write(entry.type ?? '0', 156);
  header.write(entry.link ?? '', 157, 100, 'utf8');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(entry.prefix ?? '', 345, 155, 'utf8');
  return signed(header);
}

/** Sets a header's checksum, after whatever was changed in it. */
export function signed(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return header;
}

/** An extended header of the pax format. */
export function paxEntry(records: Readonly<Record<string, string>>): TarEntrySpec {
  const content = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    const bytes = Buffer.byteLength(rest);
    let length = bytes + String(bytes).length;
    if (String(length).length > String(bytes).length) length = bytes + String(length).length;
    return `${length}${rest}`;
  });
  return { name: 'PaxHeaders/x', type: 'x', content: content.join('') };
}

export function gzipped(tar: Buffer): Buffer {
  return gzipSync(tar, { level: 1 });
}

function writeSize(header: Buffer, size: number): void {
  if (size < 8 ** 11) {
    header.write(octal(size, 11), 124);
    return;
  }
  header[124] = 0x80;
  header.writeBigUInt64BE(BigInt(size), 128);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
