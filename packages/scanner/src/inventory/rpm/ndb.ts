import { ByteBudget } from '../reading/byte-budget.ts';
import type { StoredHeader } from './stored-header.ts';

const PAGE = 4096;
const SLOT = 16;
const BLOCK = 16;
/** `RpmP`, `Slot`, `BlbS` as little-endian numbers. */
const FILE_MAGIC = 0x506d7052;
const SLOT_MAGIC = 0x746f6c53;
const BLOB_MAGIC = 0x53626c42;

export function isNdb(bytes: Buffer): boolean {
  return bytes.length >= PAGE && bytes.readUInt32LE(0) === FILE_MAGIC;
}

/**
 * Packages of SUSE's `Packages.db` (rpm's lib/backend/ndb/rpmpkg.c): pages of slots of four numbers (magic, package,
 * block, block count), then blobs of a 16-byte head, the header, and a tail with a checksum. The head repeats the
 * package's number, so that a stale slot is noticed.
 */
export function* ndbHeaders(bytes: Buffer): Generator<StoredHeader> {
  const slotPages = bytes.readUInt32LE(12);
  const end = slotPages * PAGE;
  if (bytes.readUInt32LE(4) !== 0) yield { damage: `NDB version ${bytes.readUInt32LE(4)} is not known` };
  else if (slotPages === 0 || end > bytes.length) yield { damage: 'the slots are cut short' };
  else {
    const budget = new ByteBudget(bytes.length);
    // The first two slots are the file's header.
    for (let at = 2 * SLOT; at < end; at += SLOT) {
      const block = bytes.readUInt32LE(at + 8);
      if (bytes.readUInt32LE(at) !== SLOT_MAGIC) yield { damage: 'a slot has no magic number' };
      else if (block !== 0) {
        const blocks = bytes.readUInt32LE(at + 12);
        yield budget.take(blocks * BLOCK)
          ? blobOf(bytes, bytes.readUInt32LE(at + 4), block, blocks)
          : { damage: 'packages overlap' };
      }
    }
  }
}

function blobOf(bytes: Buffer, packageIndex: number, block: number, blocks: number): StoredHeader {
  const start = block * BLOCK;
  const end = start + blocks * BLOCK;
  if (end > bytes.length || blocks < 2) return { damage: `package ${packageIndex} lies outside the file` };
  const size = bytes.readUInt32LE(start + 12);
  const isWhole = bytes.readUInt32LE(start) === BLOB_MAGIC && bytes.readUInt32LE(start + 4) === packageIndex;
  if (!isWhole || start + BLOCK + size > end) return { damage: `package ${packageIndex} has no valid blob` };
  return { header: bytes.subarray(start + BLOCK, start + BLOCK + size) };
}
