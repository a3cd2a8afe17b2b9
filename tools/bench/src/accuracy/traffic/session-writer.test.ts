import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PcapFile } from '../../capture/pcap-file.ts';
import { Random } from '../../capture/random.ts';
import { CUTS } from './cut.ts';
import { readSessions } from './read-sessions.ts';
import type { RecordedSession, Side } from './recorded-session.ts';
import { writeSession } from './session-writer.ts';

const PORT = 7000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-sessions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const turn = fc.record({
  from: fc.constantFrom<Side>('client', 'server'),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
});

it.each(CUTS.filter(({ inOrder }) => inOrder))('$name: what was written is read again, side by side', (cut) => {
  fc.assert(
    fc.property(fc.array(fc.array(turn, { maxLength: 5 }), { maxLength: 4 }), fc.nat(), (sessions, seed) => {
      const path = join(folder, 'written.pcap');
      const file = new PcapFile(path);
      const random = new Random(seed);
      for (const [number, turns] of sessions.entries()) writeSession(file, { turns }, number, PORT, cut, random);
      file.close();

      const read = readSessions(path, PORT);

      expect(read.length).toBe(sessions.length);
      for (const [number, turns] of sessions.entries()) {
        for (const side of ['client', 'server'] as const) {
          expect(said(read[number], side).equals(said({ turns }, side))).toBe(true);
        }
      }
    }),
    { numRuns: 20 },
  );
});

function said(session: RecordedSession | undefined, side: Side): Buffer {
  return Buffer.concat((session?.turns ?? []).filter(({ from }) => from === side).map(({ bytes }) => bytes));
}
