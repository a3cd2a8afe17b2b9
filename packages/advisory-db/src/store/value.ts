import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AdvisoryDbError } from '../error.ts';

/**
 * A value as it lies in the file: one byte that says how, four bytes of CRC-32 over its key and its text, the text.
 * SQLite keeps no checksums of pages: without one, a flipped bit in a version would be a wrong answer and no error.
 */
const PLAIN = 0;
const ZSTD = 1;
const HEADER_BYTES = 5;

/** Below this, decompression (75 µs) costs a look-up more than the bytes it saves are worth. */
const COMPRESS_FROM_BYTES = 1024;

/** Far above any real package (Ubuntu's kernels: 8 MB), far below what hurts. */
const MAX_VALUE_BYTES = 256 * 1024 * 1024;

/** Packs a JSON text for the row that `key` names. */
export function packValue(key: string, json: string): Buffer {
  const text = Buffer.from(json);
  const squeezed = text.length < COMPRESS_FROM_BYTES ? text : zstdCompressSync(text);
  const smaller = squeezed.length < text.length;
  const body = smaller ? squeezed : text;
  const packed = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  packed[0] = smaller ? ZSTD : PLAIN;
  packed.writeUInt32LE(crc32(body, crc32(key)), 1);
  body.copy(packed, HEADER_BYTES);
  return packed;
}

/** Unpacks what `packValue` made. The database is the only thing it reads, so that whatever is wrong is corruption. */
export function unpackValue(key: string, packed: unknown): unknown {
  // A damaged header of a row makes numbers, text or nothing of it.
  if (!(packed instanceof Uint8Array)) throw corruptRow(key);
  const view = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const body = view.subarray(HEADER_BYTES);
  if (view.length < HEADER_BYTES || view.readUInt32LE(1) !== crc32(body, crc32(key))) throw corruptRow(key);
  try {
    const text = view[0] === ZSTD ? zstdDecompressSync(body, { maxOutputLength: MAX_VALUE_BYTES }) : body;
    return JSON.parse(text.toString()) as unknown;
  } catch (cause) {
    throw corruptRow(key, cause);
  }
}

function corruptRow(key: string, cause?: unknown): AdvisoryDbError {
  return new AdvisoryDbError(
    'DB_CORRUPT',
    {
      what: 'the advisory database is damaged',
      why: `the row of ${JSON.stringify(key)} does not hold what was written`,
      fix: 'build it anew with "bulkhead db build"',
    },
    { cause },
  );
}
