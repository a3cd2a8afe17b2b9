/** What an answer of DNS says: the name that was asked for, and the addresses that it leads to. */
export interface DnsAnswer {
  /** In lower case, without the root's dot. */
  readonly name: string;
  readonly addresses: readonly string[];
}

const HEADER_BYTES = 12;
const IS_ANSWER = 0x8000;
const OPCODE = 0x7800;
const RCODE = 0x000f;
const TYPE_A = 1;
const TYPE_AAAA = 28;
const CLASS_IN = 1;
/** RFC 1035: a name has at most 255 bytes. Pointers are followed only within this many labels. */
const MAX_NAME = 255;
const MAX_LABELS = 128;
/** An answer over UDP has room for hardly more; what is beyond is not followed. */
const MAX_RECORDS = 256;

/**
 * Reads an answer of DNS (RFC 1035) to one question for addresses. All addresses of its answer section count, whatever alias they
 * are under: they answer the question. Undefined for anything else, or where it is cut short before its first record.
 */
export function readDnsAnswer(message: Uint8Array): DnsAnswer | undefined {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  if (message.length < HEADER_BYTES) return undefined;
  const flags = view.getUint16(2);
  const isAnswer = (flags & IS_ANSWER) !== 0 && (flags & (OPCODE | RCODE)) === 0;
  if (!isAnswer || view.getUint16(4) !== 1) return undefined;
  const question = readName(message, HEADER_BYTES);
  if (question === undefined || question.end + 4 > message.length) return undefined;

  const addresses = new Set<string>();
  let at = question.end + 4;
  const records = Math.min(view.getUint16(6), MAX_RECORDS);
  for (let record = 0; record < records; record += 1) {
    const owner = readName(message, at);
    if (owner === undefined || owner.end + 10 > message.length) break;
    const [type, recordClass, length] = [owner.end, owner.end + 2, owner.end + 8].map((place) => view.getUint16(place));
    const data = owner.end + 10;
    at = data + (length ?? 0);
    if (at > message.length) break;
    if (recordClass !== CLASS_IN) continue;
    if (type === TYPE_A && length === 4) addresses.add(message.subarray(data, at).join('.'));
    if (type === TYPE_AAAA && length === 16) addresses.add(writeGroups(view, data));
  }
  return { name: question.name, addresses: [...addresses] };
}

function readName(message: Uint8Array, start: number): { readonly name: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  let size = 0;
  for (let step = 0; step < MAX_LABELS; step += 1) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const low = message[at + 1];
      if (low === undefined) return undefined;
      end ??= at + 2;
      at = ((length & 0x3f) << 8) | low;
      continue;
    }
    size += length + 1;
    if (length > 63 || size > MAX_NAME || at + 1 + length > message.length) return undefined;
    const label = message.subarray(at + 1, at + 1 + length);
    // A dot within a label would make another name of it.
    if (label.includes(0x2e)) return undefined;
    labels.push(String.fromCharCode(...label));
    at += 1 + length;
  }
  return undefined;
}

function writeGroups(view: DataView, at: number): string {
  return Array.from({ length: 8 }, (_, index) => view.getUint16(at + index * 2).toString(16)).join(':');
}
