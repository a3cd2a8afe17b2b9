import { addon } from '../addon.ts';
import { TABLE } from '../enforcement/table.ts';
import { ERROR_CODES, NftablesError } from '../error.ts';
import { type NetworkNamespace, namespacePath } from '../network-namespace.ts';
import { PROTOCOL } from '../nft-json.ts';
import { writeAddress } from './address.ts';
import { FLOW_SETS, FLOW_TABLE, type FlowCountKind, type FlowSet, type FlowSide, NOT_COUNTED } from './flow-sets.ts';

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

export interface FlowReading {
  readonly counts: readonly FlowCount[];
  /** Packets that found no room, since the namespace counts. */
  readonly notCounted: number;
}

const PACKETS_AT = 0;
const BYTES_AT = 8;
const KEY_LENGTH_AT = 16;
const KEY_AT = 24;
const RECORD_BYTES = 48;
/** A key has each of its parts in the room of whole 32-bit words. */
const PART_BYTES = 4;

const PROTOCOLS: Readonly<Record<number, FlowCount['protocol']>> = {
  [PROTOCOL.tcp]: 'tcp',
  [PROTOCOL.udp]: 'udp',
  [PROTOCOL.icmp]: 'icmp',
  [PROTOCOL.icmpv6]: 'icmp',
};

const NAMES = [
  ...FLOW_SETS.map(({ table, set }) => [table, set]),
  [FLOW_TABLE.name, NOT_COUNTED],
  [TABLE.name, NOT_COUNTED],
].flat();

/** Reads what a namespace has counted; undefined where it does not count. Changes nothing. */
export async function readFlows(namespace: NetworkNamespace): Promise<FlowReading | undefined> {
  const path = namespacePath(namespace);
  const { outcome, error, sets } = await addon().readSets(path, ...NAMES);
  if (outcome !== 'done') throw new NftablesError(ERROR_CODES[outcome], `${path}: ${error}`);
  const [rest, denied] = sets.slice(FLOW_SETS.length);
  if (rest === undefined) return undefined;
  const counts = new Map<string, FlowCount>();
  for (const [index, set] of FLOW_SETS.entries()) {
    for (const record of recordsOf(sets[index])) {
      const count = readCount(set, record);
      // The kernel may list an element twice.
      if (count !== undefined) counts.set(count.id, count);
    }
  }
  const beyond = [...recordsOf(rest), ...recordsOf(denied)];
  const notCounted = beyond.reduce((sum, record) => sum + numberAt(record, PACKETS_AT), 0);
  return { counts: [...counts.values()], notCounted };
}

function recordsOf(bytes: Uint8Array | undefined): readonly Buffer[] {
  if (bytes === undefined) return [];
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: whole.length / RECORD_BYTES }, (_, index) =>
    whole.subarray(index * RECORD_BYTES, (index + 1) * RECORD_BYTES),
  );
}

function readCount({ kind, side, set, family }: FlowSet, record: Buffer): FlowCount | undefined {
  const addressBytes = family === 4 ? 4 : 16;
  const key = record.subarray(KEY_AT, KEY_AT + numberAt(record, KEY_LENGTH_AT));
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
    packets: numberAt(record, PACKETS_AT),
    bytes: numberAt(record, BYTES_AT),
  };
}

/** Of 64 bits; a counter that is beyond what a number holds exactly takes centuries. */
function numberAt(record: Buffer, at: number): number {
  return record.readUInt32LE(at) + record.readUInt32LE(at + 4) * 2 ** 32;
}
