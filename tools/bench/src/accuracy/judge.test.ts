import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Random } from '../capture/random.ts';
import { paymentCard } from './datum/payment-card.ts';
import { PLAIN_KINDS } from './document/plain-kinds.ts';
import { accuracyProgram, judgeCell } from './judge.ts';
import { CUTS } from './traffic/cut.ts';
import type { Consignment } from './traffic/record-carrier.ts';
import type { RecordedSession } from './traffic/recorded-session.ts';

const SEED = 11;
const SESSIONS = 5;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-judge-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.each(CUTS)('$name: finds cards in JSON with the packet that completes them', async (cut) => {
  const { sessions, consignments } = posts();

  const verdict = await judgeCell(accuracyProgram(), folder, sessions, consignments, cut, SEED);

  expect(verdict).toMatchObject({ sessions: SESSIONS, found: SESSIONS, missed: [] });
  expect(verdict.late).toHaveLength(cut.inOrder ? SESSIONS : 0);
  expect(verdict.late.every(({ packets, bytes }) => packets === 0 && bytes === 0)).toBe(true);
});

it('counts as missed what is not the datum that was carried', async () => {
  const { sessions, consignments } = posts();
  const others = consignments.map(({ datum, document }) => ({ datum: { ...datum, detector: 'iban' }, document }));
  const [cut] = CUTS;
  if (cut === undefined) throw new Error('there are no cuts');

  const verdict = await judgeCell(accuracyProgram(), folder, sessions, others, cut, SEED);

  expect(verdict).toMatchObject({ found: 0, missed: [0, 1, 2, 3, 4] });
});

function posts(): { readonly sessions: readonly RecordedSession[]; readonly consignments: readonly Consignment[] } {
  const random = new Random(SEED);
  const kind = PLAIN_KINDS.find(({ name }) => name === 'json');
  if (kind === undefined) throw new Error('there is no JSON');
  const consignments = Array.from({ length: SESSIONS }, () => {
    const datum = paymentCard(random);
    return { datum, document: kind.write(datum, random) };
  });
  const sessions = consignments.map(({ document }) => {
    const head = `POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: ${document.bytes.length}\r\n\r\n`;
    return {
      turns: [
        { from: 'client', bytes: Buffer.concat([Buffer.from(head), document.bytes]) },
        { from: 'server', bytes: Buffer.from('HTTP/1.1 204 No Content\r\n\r\n') },
      ],
    } as const;
  });
  return { sessions, consignments };
}
