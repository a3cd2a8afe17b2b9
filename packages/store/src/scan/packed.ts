import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { StoreError } from '../error.ts';

/** Larger documents would not fit into one string of the engine; the largest images stay far below. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;
/** Higher levels take a multiple of the time for a few per cent. */
const LEVEL = 3;
const FORMAT = 1;
const PARAMS = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 };
const zstd = promisify(zstdCompress);

/** Packs a document for a column of bytes: one byte for the format, then JSON under zstd with its checksum. */
export function pack(document: unknown): Uint8Array {
  const json = Buffer.from(JSON.stringify(document));
  if (json.length > MAX_DOCUMENT_BYTES) {
    throw new StoreError('STORE_TOO_LARGE', {
      what: 'the scan cannot be kept',
      why: `it takes ${json.length} bytes and at most ${MAX_DOCUMENT_BYTES} are kept`,
    });
  }
  return Buffer.concat([Buffer.of(FORMAT), zstdCompressSync(json, { params: PARAMS })]);
}

/** Packs a document that is text already, without holding the process up: it may have some ten MiB. */
export async function packText(text: Uint8Array): Promise<Uint8Array> {
  return Buffer.concat([Buffer.of(FORMAT), await zstd(text, { params: PARAMS })]);
}

/** Unpacks what `pack` made. What is damaged or of another format is a `StoreError`. */
export function unpack(bytes: Uint8Array): unknown {
  return readable(() => JSON.parse(unpackText(bytes).toString()));
}

/** Likewise, as text. */
export function unpackText(bytes: Uint8Array): Buffer {
  if (bytes[0] !== FORMAT) {
    throw new StoreError('STORE_CORRUPT', {
      what: 'a stored document cannot be read',
      why: bytes.length === 0 ? 'it is empty' : `its format is ${bytes[0]} and not ${FORMAT}`,
      fix: 'scan it again',
    });
  }
  return readable(() => zstdDecompressSync(bytes.subarray(1), { maxOutputLength: MAX_DOCUMENT_BYTES }));
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(
      'STORE_CORRUPT',
      { what: 'a stored document cannot be read', why, fix: 'scan it again' },
      { cause },
    );
  }
}
