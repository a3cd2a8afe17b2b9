import { OciError } from '../error.ts';

export const BLOCK = 512;

/** One header block of a tar archive, before extended headers change it. POSIX.1-2017 "ustar", GNU and old v7 forms. */
export interface TarHeader {
  readonly name: string;
  readonly linkName: string;
  readonly mode: number;
  /** Of the stored data; the padding to a whole block comes on top. */
  readonly size: number;
  readonly type: string;
}

/** Reads the header at an offset; undefined for a block of zeros, which ends an archive. */
export function readHeader(block: Buffer, at: number): TarHeader | undefined {
  if (block[at] === 0 && isZero(block, at)) return undefined;
  if (checksum(block, at) !== number(block, at + 148, 8)) {
    throw new OciError('LAYER_CORRUPT', { what: 'the tar archive is damaged', why: 'a header has a wrong checksum' });
  }
  // "ustar\0" is POSIX, whose prefix field GNU ("ustar ") and v7 archives use for other things or not at all.
  const isPosix = block.toString('latin1', at + 257, at + 263) === 'ustar\0';
  const prefix = isPosix ? text(block, at + 345, 155) : '';
  const name = text(block, at, 100);
  const type = block[at + 156] === 0 ? '0' : String.fromCharCode(block[at + 156] ?? 0);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: text(block, at + 157, 100),
    mode: number(block, at + 100, 8) & 0o7777,
    size: number(block, at + 124, 12),
    type,
  };
}

export function text(block: Buffer, at: number, length: number): string {
  let end = block.indexOf(0, at);
  if (end < 0 || end > at + length) end = at + length;
  return block.toString('utf8', at, end);
}

/** A numeric field: octal digits, or base-256 where the first bit says so (GNU, star; POSIX has no larger sizes). */
export function number(block: Buffer, at: number, length: number): number {
  const first = block[at] ?? 0;
  if ((first & 0x80) !== 0) return base256(block, at, length);
  let value = 0;
  let digits = 0;
  for (let index = at; index < at + length; index += 1) {
    const byte = block[index] ?? 0;
    if (byte === 0x20 || byte === 0) {
      if (digits === 0) continue;
      break;
    }
    if (byte < 0x30 || byte > 0x37) throw notANumber();
    value = value * 8 + (byte - 0x30);
    digits += 1;
  }
  return value;
}

function base256(block: Buffer, at: number, length: number): number {
  // The second bit is the sign: nothing in an archive has a negative size or mode.
  if (((block[at] ?? 0) & 0x40) !== 0) throw notANumber();
  let value = (block[at] ?? 0) & 0x3f;
  for (let index = at + 1; index < at + length; index += 1) value = value * 256 + (block[index] ?? 0);
  if (!Number.isSafeInteger(value)) throw notANumber();
  return value;
}

function notANumber(): OciError {
  return new OciError('LAYER_CORRUPT', { what: 'the tar archive is damaged', why: 'a numeric field is no number' });
}

/** The sum of a header's bytes, with its own field counted as spaces. */
function checksum(block: Buffer, at: number): number {
  let sum = 8 * 0x20;
  for (let index = at; index < at + 148; index += 1) sum += block[index] ?? 0;
  for (let index = at + 156; index < at + BLOCK; index += 1) sum += block[index] ?? 0;
  return sum;
}

function isZero(block: Buffer, at: number): boolean {
  for (let index = at; index < at + BLOCK; index += 1) if (block[index] !== 0) return false;
  return true;
}
