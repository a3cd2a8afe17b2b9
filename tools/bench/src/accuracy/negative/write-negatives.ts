import { PcapFile } from '../../capture/pcap-file.ts';
import { Random } from '../../capture/random.ts';
import { TcpSession } from '../../capture/tcp-session.ts';
import { FIRST_PORT, HARD_NEGATIVES } from './hard-negatives.ts';
import { Ids } from './ids.ts';

const ANSWERS_PER_SESSION = 4;
const SMALLEST_ANSWER = 1_000;
const LARGEST_ANSWER = 30_000;
/** Sessions that are told apart by address and port before the first come round again; those are long closed. */
const NUMBERS = 1_000_000;

/**
 * Writes HTTP answers full of hard negatives as a capture of about that many bytes; the server's port tells
 * the kind. Run as a program for a pipe: `write-negatives PATH BYTES SEED`. Gives the number of sessions.
 */
export function writeNegatives(path: string, bytes: number, seed: number): number {
  const ids = new Ids(new Random(seed));
  const file = new PcapFile(path);
  let sessions = 0;
  for (; file.bytes < bytes; sessions += 1) {
    const kind = sessions % HARD_NEGATIVES.length;
    const negative = HARD_NEGATIVES[kind];
    if (negative === undefined) continue;
    const connection = new TcpSession(file, sessions % NUMBERS, FIRST_PORT + kind);
    connection.open();
    for (let answer = 0; answer < ANSWERS_PER_SESSION; answer += 1) {
      connection.request(`GET /v1/${negative.name.replaceAll(' ', '-')}?page=${answer} HTTP/1.1\r\nHost: shop\r\n\r\n`);
      const body = negative.write(ids, SMALLEST_ANSWER + ids.below(LARGEST_ANSWER - SMALLEST_ANSWER));
      connection.response(
        `HTTP/1.1 200 OK\r\nContent-Type: ${negative.contentType}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    }
    connection.close();
  }
  file.close();
  return sessions;
}

if (import.meta.main) {
  const [path = '', bytes, seed] = process.argv.slice(2);
  writeNegatives(path, Number(bytes), Number(seed));
}
