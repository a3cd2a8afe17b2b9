import { compileSensors, DEFAULT_SENSORS, DETECTORS } from '@bulkhead/dlp';
import { type Finding, inspectCapture, Program } from '@bulkhead/inspector';
import { PcapFile } from '../capture/pcap-file.ts';
import { Random } from '../capture/random.ts';
import type { Cut } from './traffic/cut.ts';
import type { Consignment } from './traffic/record-carrier.ts';
import type { RecordedSession, Side } from './traffic/recorded-session.ts';
import { clientOf, type WrittenPacket, writeSession } from './traffic/session-writer.ts';

const SERVER_PORT = 7000;
export const EVERY_DETECTOR = 'every-detector';

/** The shipped sensors, and one that reports what any detector is at least fairly sure of. */
export function accuracyProgram(): Program {
  const every: (typeof DEFAULT_SENSORS)[number] = {
    name: EVERY_DETECTOR,
    description: 'Every detector.',
    detectors: DETECTORS.filter(({ category }) => category !== 'traffic').map(({ id }) => ({ id })),
    literals: [],
    minConfidence: 'medium',
    threshold: 1,
    action: 'alert',
    direction: 'both',
  };
  return new Program(compileSensors([...DEFAULT_SENSORS, every]));
}

/** What became of the sessions of one cell under one cut. */
export interface CellVerdict {
  readonly sessions: number;
  /** Sessions whose datum was found, by its detector, with medium confidence or more. */
  readonly found: number;
  /** Numbers of the sessions that were missed; for people who look for the reason. */
  readonly missed: readonly number[];
  /** For each session found: payload bytes that passed after the packet with the last digit, before the finding. */
  readonly late: readonly LateVerdict[];
}

export interface LateVerdict {
  readonly packets: number;
  readonly bytes: number;
}

/** Inspects recorded sessions, cut anew, as a queue would where the order of packets allows, else as a capture. */
export async function judgeCell(
  program: Program,
  folder: string,
  sessions: readonly RecordedSession[],
  consignments: readonly Consignment[],
  cut: Cut,
  seed: number,
): Promise<CellVerdict> {
  const path = `${folder}/cell.pcap`;
  const file = new PcapFile(path);
  const random = new Random(seed);
  const written = sessions.map((session, number) => writeSession(file, session, number, SERVER_PORT, cut, random));
  file.close();

  const first = new Map<string, Finding>();
  await inspectCapture(
    program,
    { path },
    {
      asInline: cut.inOrder,
      onFindings(batch) {
        for (const finding of batch) {
          const key = `${finding.client} ${finding.detector}`;
          if (finding.confidence !== 'low' && !first.has(key)) first.set(key, finding);
        }
      },
    },
  );

  const missed: number[] = [];
  const late: LateVerdict[] = [];
  for (const [number, session] of sessions.entries()) {
    const consignment = consignments[number];
    const packets = written[number];
    if (consignment === undefined || packets === undefined) continue;
    const finding = first.get(`${clientOf(number)} ${consignment.datum.detector}`);
    if (finding === undefined) missed.push(number);
    else if (cut.inOrder) late.push(lateness(session, packets, finding, consignment));
  }
  return { sessions: sessions.length, found: sessions.length - missed.length, missed, late };
}

/** How long after the packet that brought the datum's last byte it was found: none when it is that packet. */
function lateness(
  { turns }: RecordedSession,
  packets: readonly WrittenPacket[],
  finding: Finding,
  { document: { needle } }: Consignment,
): LateVerdict {
  const side: Side = finding.direction === 'request' ? 'client' : 'server';
  const stream = Buffer.concat(turns.filter(({ from }) => from === side).map(({ bytes }) => bytes));
  const at = needle === undefined ? -1 : stream.indexOf(needle);
  const complete = needle === undefined || at < 0 ? stream.length : at + needle.length;
  const own = packets.filter(({ from }) => from === side);
  const last = own.find(({ end }) => end >= complete);
  if (last === undefined || finding.packet <= last.number) return { packets: 0, bytes: 0 };
  const passed = own.filter(({ number }) => number >= last.number && number < finding.packet);
  const before = own.filter(({ number }) => number < last.number).at(-1)?.end ?? 0;
  return { packets: passed.length, bytes: (passed.at(-1)?.end ?? before) - before };
}
