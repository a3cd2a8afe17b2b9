import type { PcapFile } from '../../capture/pcap-file.ts';
import type { Random } from '../../capture/random.ts';
import { type Endpoint, FLAG, tcpFrame } from '../../capture/tcp-frame.ts';
import type { Cut } from './cut.ts';
import type { RecordedSession, Side } from './recorded-session.ts';

const SERVER_ADDRESS = 0x0aff_0001;
const FIRST_CLIENT_ADDRESS = 0x0a00_0002;
const FIRST_CLIENT_PORT = 1024;
const PORTS = 60_000;

/** Where one side's bytes went: for each packet with payload, its number (from 1) and the stream offset where it ends. */
export interface WrittenPacket {
  readonly number: number;
  readonly from: Side;
  readonly end: number;
}

/** The address and port that stand for the session of this number, as the inspector writes them. */
export function clientOf(number: number): string {
  const { address, port } = client(number);
  return `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.')}:${port}`;
}

/** Writes a recorded session as packets cut in some way, between addresses that only its number has. */
export function writeSession(
  file: PcapFile,
  session: RecordedSession,
  number: number,
  serverPort: number,
  cut: Cut,
  random: Random,
): readonly WrittenPacket[] {
  const ends: Record<Side, Endpoint> = {
    client: client(number),
    server: { address: SERVER_ADDRESS, port: serverPort },
  };
  const start: Record<Side, number> = { client: (number * 7919) >>> 0, server: (number * 104_729) >>> 0 };
  const sent: Record<Side, number> = { client: 0, server: 0 };
  const written: WrittenPacket[] = [];

  send('client', FLAG.syn, -1);
  send('server', FLAG.syn | FLAG.ack, -1);
  send('client', FLAG.ack, 0);
  for (const { from, bytes } of session.turns) {
    for (const piece of cut.cut(bytes.length, random)) {
      send(from, FLAG.ack | FLAG.push, sent[from] + piece.start, bytes.subarray(piece.start, piece.end));
      written.push({ number: file.packets, from, end: sent[from] + piece.end });
    }
    sent[from] += bytes.length;
    send(other(from), FLAG.ack, sent[other(from)]);
  }
  send('client', FLAG.fin | FLAG.ack, sent.client);
  sent.client += 1;
  send('server', FLAG.fin | FLAG.ack, sent.server);
  sent.server += 1;
  send('client', FLAG.ack, sent.client);
  return written;

  function send(from: Side, flags: number, offset: number, payload: Uint8Array = new Uint8Array()): void {
    const to = other(from);
    file.packet(
      tcpFrame({
        from: ends[from],
        to: ends[to],
        sequence: (start[from] + 1 + offset) >>> 0,
        acknowledgement: (start[to] + 1 + sent[to]) >>> 0,
        flags,
        payload,
      }),
    );
  }
}

function client(number: number): Endpoint {
  return { address: FIRST_CLIENT_ADDRESS + Math.floor(number / PORTS), port: FIRST_CLIENT_PORT + (number % PORTS) };
}

function other(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
