import { crc32 } from 'node:zlib';

/** What stands at the beginning of a segment: it names the format. */
const MAGIC = Buffer.from('BHSPOOL1', 'latin1');
/** Magic, epoch, first sequence, and their checksum. */
export const HEADER_BYTES = 28;
/** What a segment holds at most: the smallest amount that is dropped when the disk's share is used up. */
export const MAX_SEGMENT_BYTES = 1024 * 1024;
/** Length and checksum before each event. */
export const RECORD_BYTES = 8;

/** Digits of the largest number that JavaScript counts exactly, so that names sort as their numbers do. */
const DIGITS = 16;
const NAME = /^(\d{16})-(\d{16})\.events$/;

/** Where a segment's events begin. */
export interface SegmentName {
  readonly epoch: number;
  readonly first: number;
}

export function fileNameOf({ epoch, first }: SegmentName): string {
  return `${String(epoch).padStart(DIGITS, '0')}-${String(first).padStart(DIGITS, '0')}.events`;
}

/** The segment that a file's name stands for, or nothing for another file. */
export function segmentOf(fileName: string): SegmentName | undefined {
  const match = NAME.exec(fileName);
  if (match === null) return undefined;
  const name = { epoch: Number(match[1]), first: Number(match[2]) };
  return Number.isSafeInteger(name.epoch) && Number.isSafeInteger(name.first) && name.first > 0 ? name : undefined;
}

export function encodeHeader({ epoch, first }: SegmentName): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeBigUInt64LE(BigInt(epoch), 8);
  header.writeBigUInt64LE(BigInt(first), 16);
  header.writeUInt32LE(crc32(header.subarray(0, 24)), 24);
  return header;
}

export function encodeRecord(event: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(RECORD_BYTES + event.length);
  record.writeUInt32LE(event.length, 0);
  record.writeUInt32LE(checksum(event), 4);
  record.set(event, RECORD_BYTES);
  return record;
}

/** An event's checksum covers its length too: a run of zeros is no event. */
function checksum(event: Uint8Array): number {
  return crc32(event, crc32(Buffer.from(String(event.length))));
}

/** How a segment's file reads. `end` is where what is good of it ends, `count` how many events that are. */
export interface SegmentScan {
  /** `torn`: it ends within an event, as after a crash. `corrupt`: something in it is not what was written. */
  readonly state: 'whole' | 'torn' | 'corrupt';
  readonly end: number;
  readonly count: number;
}

/** Reads a segment's bytes from end to end. Linear; `maxEvent` bounds what a length may say. */
export function scanSegment(bytes: Buffer, name: SegmentName, maxEvent: number): SegmentScan {
  const header = bytes.subarray(0, HEADER_BYTES);
  if (!encodeHeader(name).subarray(0, header.length).equals(header)) return { state: 'corrupt', end: 0, count: 0 };
  if (header.length < HEADER_BYTES) return { state: 'torn', end: 0, count: 0 };
  let end = HEADER_BYTES;
  for (let count = 0; ; count += 1) {
    if (end === bytes.length) return { state: 'whole', end, count };
    const record = readRecord(bytes, end, maxEvent);
    if (typeof record === 'string') return { state: record, end, count };
    end += RECORD_BYTES + record.length;
  }
}

/** The event at an offset; or why there is none. */
export function readRecord(bytes: Buffer, offset: number, maxEvent: number): Buffer | 'torn' | 'corrupt' {
  if (offset + RECORD_BYTES > bytes.length) return 'torn';
  const length = bytes.readUInt32LE(offset);
  if (length > maxEvent) return 'corrupt';
  const event = bytes.subarray(offset + RECORD_BYTES, offset + RECORD_BYTES + length);
  if (event.length < length) return 'torn';
  return checksum(event) === bytes.readUInt32LE(offset + 4) ? event : 'corrupt';
}
