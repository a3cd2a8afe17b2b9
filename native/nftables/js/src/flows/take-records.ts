import { PROTOCOL } from '../nft-json.ts';
import { writeAddress } from './address.ts';
import type { FlowCountKind, FlowSet, FlowSide } from './flow-sets.ts';

/** What one element of a set has counted since it is there. */
export interface FlowCount {
  /** Names the element: the same in every reading. */
  readonly id: string;
  readonly kind: FlowCountKind;
  readonly side: FlowSide;
  readonly peer: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** The server's. None of ICMP, of which a peer may have several counts. */
  readonly port?: number;
  readonly packets: number;
  readonly bytes: number;
}

/** What one set held at a reading. */
export interface TakenRecords {
  readonly words: Int32Array;
  /** What each record says; nothing for one that cannot be read. */
  readonly ofRecords: readonly (FlowCount | undefined)[];
  /** Each element once, as it was listed last. */
  readonly counts: readonly FlowCount[];
}

/** A record, in bytes: two counters of 64 bits, the length of the key, and the key in the room of the longest. */
export const RECORD_BYTES = 48;
const PACKETS_AT = 0;
const BYTES_AT = 8;
const KEY_LENGTH_AT = 16;
const KEY_AT = 24;
/** A key has each of its parts in the room of whole 32-bit words. */
const PART_BYTES = 4;
const WORD_BYTES = 4;
const RECORD_WORDS = RECORD_BYTES / WORD_BYTES;
/** The length of the key and the key. */
const NAMED_FROM_WORD = KEY_LENGTH_AT / WORD_BYTES;

/** So many elements in a row may have gone until the next one is taken for a new one, which only takes longer. */
const MOST_GONE = 8;

const PROTOCOLS: Readonly<Record<number, FlowCount['protocol']>> = {
  [PROTOCOL.tcp]: 'tcp',
  [PROTOCOL.udp]: 'udp',
  [PROTOCOL.icmp]: 'icmp',
  [PROTOCOL.icmpv6]: 'icmp',
};

/**
 * Reads what a set held. What was there at the reading `before` and has counted nothing since is the same object: a set has thousands of
 * elements, of which few change from one reading to the next, and the kernel lists those that stay in the same order.
 */
export function takeRecords(set: FlowSet, bytes: Uint8Array, before?: TakenRecords): TakenRecords {
  const length = Math.floor(bytes.byteLength / RECORD_BYTES);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, length * RECORD_WORDS);
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ofRecords: (FlowCount | undefined)[] = [];
  let next = 0;
  let isAsBefore = length === before?.ofRecords.length && length === before.counts.length;
  for (let index = 0; index < length; index += 1) {
    const found = before === undefined ? undefined : findAgain(words, index, before, next);
    if (before === undefined || found === undefined) {
      ofRecords.push(readRecord(set, whole, index * RECORD_BYTES));
      isAsBefore = false;
      continue;
    }
    next = found + 1;
    const count = before.ofRecords[found];
    const hasCounted = count !== undefined && !isSame(words, index, before.words, found, 0);
    ofRecords.push(hasCounted ? { ...count, ...numbersAt(whole, index * RECORD_BYTES) } : count);
  }
  return { words, ofRecords, counts: isAsBefore ? (ofRecords as readonly FlowCount[]) : eachOnce(ofRecords) };
}

/** Where the element of a record was before, at `next` or a little behind. */
function findAgain(words: Int32Array, index: number, before: TakenRecords, next: number): number | undefined {
  const end = Math.min(before.ofRecords.length, next + MOST_GONE);
  for (let at = next; at < end; at += 1) if (isSame(words, index, before.words, at, NAMED_FROM_WORD)) return at;
  return undefined;
}

/** The kernel may list an element twice. */
function eachOnce(all: readonly (FlowCount | undefined)[]): readonly FlowCount[] {
  const counts = new Map<string, FlowCount>();
  for (const count of all) if (count !== undefined) counts.set(count.id, count);
  return [...counts.values()];
}

/** Whether two records are the same from a word on. */
function isSame(words: Int32Array, index: number, others: Int32Array, other: number, from: number): boolean {
  const [at, otherAt] = [index * RECORD_WORDS, other * RECORD_WORDS];
  for (let word = from; word < RECORD_WORDS; word += 1) {
    if (words[at + word] !== others[otherAt + word]) return false;
  }
  return true;
}

function readRecord({ kind, side, set, family }: FlowSet, bytes: Buffer, at: number): FlowCount | undefined {
  const addressBytes = family === 4 ? 4 : 16;
  const key = bytes.subarray(at + KEY_AT, at + KEY_AT + numberAt(bytes, at + KEY_LENGTH_AT));
  const protocol = PROTOCOLS[key[addressBytes] ?? 0];
  // A set that somebody put in the place of ours may hold anything.
  if (key.length !== addressBytes + 2 * PART_BYTES || protocol === undefined) return undefined;
  return {
    id: `${set} ${key.toString('latin1')}`,
    kind,
    side,
    peer: writeAddress(key.subarray(0, addressBytes)),
    protocol,
    ...(protocol !== 'icmp' && { port: key.readUInt16BE(addressBytes + PART_BYTES) }),
    ...numbersAt(bytes, at),
  };
}

function numbersAt(bytes: Buffer, at: number): Pick<FlowCount, 'packets' | 'bytes'> {
  return { packets: numberAt(bytes, at + PACKETS_AT), bytes: numberAt(bytes, at + BYTES_AT) };
}

/** All packets that the records of a set have counted. */
export function packetsOf(records: Uint8Array = new Uint8Array()): number {
  const bytes = Buffer.from(records.buffer, records.byteOffset, records.byteLength);
  let sum = 0;
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) sum += numberAt(bytes, at + PACKETS_AT);
  return sum;
}

/** Of 64 bits; a counter that is beyond what a number holds exactly takes centuries. */
function numberAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}
