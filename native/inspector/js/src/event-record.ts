import { formatEndpoint } from './address.ts';
import type { InspectorEvent, ScannedText, SessionFacts, TextFinding } from './event.ts';
import {
  CONFIDENCES,
  type Confidence,
  DIRECTIONS,
  ENCODINGS,
  type Encoding,
  LOCATIONS,
  nameOf,
  PROTOCOLS,
  TRAFFIC_EXCEPTIONS,
  type TrafficException,
  VERDICTS,
} from './names.ts';

/** Layout of src/source/event_record.hpp: fixed size, little endian. */
export const RECORD_BYTES = 320;
export const OFFSET = {
  kind: 0,
  direction: 1,
  protocol: 2,
  location: 3,
  confidence: 4,
  verdict: 5,
  exception: 6,
  flags: 7,
  timeNs: 8,
  packet: 16,
  session: 24,
  value: 32,
  source: 40,
  program: 44,
  length: 48,
  detector: 52,
  sensor: 54,
  clientPort: 56,
  serverPort: 58,
  tlsVersion: 60,
  ipProtocol: 62,
  maskedLength: 63,
  client: 64,
  server: 80,
  keyLength: 96,
  serverNameLength: 97,
  subjectLength: 98,
  encodings: 99,
  masked: 104,
  key: 168,
  serverName: 104,
  subject: 224,
} as const;

const ADDRESS_BYTES = 16;
const MOST_ENCODINGS = 4;
const UDP = 17;
const KINDS = ['finding', 'exception', 'session-offloaded', 'session-blocked', 'application-denied'] as const;
const FLAG = { knownTest: 1, hasSession: 2 } as const;
const TLS_VERSIONS = new Map([
  [0x0300, 'SSL 3.0'],
  [0x0301, '1.0'],
  [0x0302, '1.1'],
  [0x0303, '1.2'],
  [0x0304, '1.3'],
]);

/** What a record's numbers mean: the names of the queues and taps, and of a program's detectors and sensors. */
export interface RecordNames {
  sourceOf(number: number): string;
  programOf(number: number): ProgramNames;
}

export interface ProgramNames {
  readonly detectors: readonly string[];
  readonly sensors: readonly string[];
}

/** Decodes a batch of records, as the addon hands them over. */
export function readEvents(batch: ArrayBuffer, names: RecordNames): InspectorEvent[] {
  return Array.from({ length: batch.byteLength / RECORD_BYTES }, (_, i) =>
    readEvent(new RecordReader(batch, i), names),
  );
}

/** Decodes records of a scan of several texts: what is said of each, in the order of the texts. */
export function readTexts(batch: ArrayBuffer, texts: number, names: ProgramNames): ScannedText[] {
  const byText = Array.from({ length: texts }, () => ({
    findings: [] as TextFinding[],
    notInspected: {} as Partial<Record<TrafficException, number>>,
  }));
  for (let i = 0; i < batch.byteLength / RECORD_BYTES; i += 1) {
    const record = new RecordReader(batch, i);
    const text = byText[Number(record.u64(OFFSET.packet))];
    if (nameOf(KINDS, record.u8(OFFSET.kind)) === 'finding') text?.findings.push(textFinding(record, names));
    else if (text !== undefined) text.notInspected[exceptionOf(record)] = Number(record.u64(OFFSET.value));
  }
  return byText;
}

function readEvent(record: RecordReader, names: RecordNames): InspectorEvent {
  const facts = sessionFacts(record, names);
  const kind = nameOf(KINDS, record.u8(OFFSET.kind));
  if (kind === 'finding') {
    const found = textFinding(record, names.programOf(record.u32(OFFSET.program)));
    const location = nameOf(LOCATIONS, record.u8(OFFSET.location));
    const field = found.key === '' ? location : `${location}.${found.key}`;
    return { kind, ...facts, ...found, field, subject: record.text(OFFSET.subject, record.u8(OFFSET.subjectLength)) };
  }
  if (kind === 'exception') {
    const exception = exceptionOf(record);
    const verdict = nameOf(VERDICTS, record.u8(OFFSET.verdict));
    return { kind, ...facts, exception, verdict, bytesNotInspected: Number(record.u64(OFFSET.value)) };
  }
  if (kind === 'application-denied') {
    const verdict = nameOf(VERDICTS, record.u8(OFFSET.verdict));
    const transport = record.u8(OFFSET.ipProtocol) === UDP ? 'udp' : 'tcp';
    return { kind, ...facts, transport, rule: Number(record.u64(OFFSET.value)), verdict };
  }
  if (kind === 'session-offloaded') {
    const serverName = record.text(OFFSET.serverName, record.u8(OFFSET.serverNameLength));
    return { kind, ...facts, serverName, tlsVersion: tlsVersionName(record.u16(OFFSET.tlsVersion)) };
  }
  return { kind, ...facts };
}

function exceptionOf(record: RecordReader): TrafficException {
  return nameOf(TRAFFIC_EXCEPTIONS, record.u8(OFFSET.exception));
}

function sessionFacts(record: RecordReader, names: RecordNames): SessionFacts {
  const hasSession = (record.u8(OFFSET.flags) & FLAG.hasSession) !== 0;
  const ipProtocol = record.u8(OFFSET.ipProtocol);
  const endpoint = (address: number, port: number): string =>
    hasSession ? formatEndpoint(record.bytes(address, ADDRESS_BYTES), record.u16(port), ipProtocol) : '';
  return {
    timeNs: record.u64(OFFSET.timeNs),
    packet: Number(record.u64(OFFSET.packet)),
    direction: nameOf(DIRECTIONS, record.u8(OFFSET.direction)),
    protocol: nameOf(PROTOCOLS, record.u8(OFFSET.protocol)),
    client: endpoint(OFFSET.client, OFFSET.clientPort),
    server: endpoint(OFFSET.server, OFFSET.serverPort),
    sessionId: record.u64(OFFSET.session),
    source: names.sourceOf(record.u32(OFFSET.source)),
  };
}

function textFinding(record: RecordReader, names: ProgramNames): TextFinding {
  return {
    detector: names.detectors[record.u16(OFFSET.detector)] ?? '',
    sensor: names.sensors[record.u16(OFFSET.sensor)] ?? '',
    // A sensor asks for `low` at least, so that nothing without confidence becomes a finding.
    confidence: nameOf(CONFIDENCES, record.u8(OFFSET.confidence)) as Confidence,
    verdict: nameOf(VERDICTS, record.u8(OFFSET.verdict)),
    masked: record.text(OFFSET.masked, record.u8(OFFSET.maskedLength)),
    key: record.text(OFFSET.key, record.u8(OFFSET.keyLength)),
    offset: Number(record.u64(OFFSET.value)),
    length: record.u32(OFFSET.length),
    encodings: [...record.bytes(OFFSET.encodings, MOST_ENCODINGS)]
      .map((number) => nameOf(ENCODINGS, number))
      .filter((name): name is Encoding => name !== 'none'),
    knownTest: (record.u8(OFFSET.flags) & FLAG.knownTest) !== 0,
  };
}

function tlsVersionName(version: number): string {
  if (version === 0) return '';
  return TLS_VERSIONS.get(version) ?? `0x${version.toString(16).padStart(4, '0')}`;
}

const UTF8 = new TextDecoder();
// Text from the wire ends up on terminals and in logs.
const CONTROL = /\p{Cc}/gu;

/** One record of a batch. */
class RecordReader {
  readonly #view: DataView;

  constructor(batch: ArrayBuffer, index: number) {
    this.#view = new DataView(batch, index * RECORD_BYTES, RECORD_BYTES);
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset);
  }
  u16(offset: number): number {
    return this.#view.getUint16(offset, true);
  }
  u32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }
  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }
  bytes(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + offset, length);
  }
  text(offset: number, length: number): string {
    return length === 0 ? '' : UTF8.decode(this.bytes(offset, length)).replace(CONTROL, '\ufffd');
  }
}
