import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Carrier } from '../carrier/carrier.ts';
import type { Datum } from '../datum/datum.ts';
import type { Document } from '../document/document.ts';
import { readSessions } from './read-sessions.ts';
import type { RecordedSession } from './recorded-session.ts';
import { Recorder } from './recorder.ts';

/** Something to be carried, and what it is about. */
export interface Consignment {
  readonly datum: Datum;
  readonly document: Document;
}

/** Has a carrier's server and client carry each document over a connection of its own; their sessions, in that order. */
export async function recordCarrier(
  carrier: Carrier,
  consignments: readonly Consignment[],
): Promise<readonly RecordedSession[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-accuracy-'));
  const running = await carrier.start();
  try {
    const path = join(folder, 'recorded.pcap');
    const recorder = await Recorder.start(path, running.port);
    for (const { document, datum } of consignments) await running.carry(document, datum);
    await recorder.stop();
    const sessions = readSessions(path, running.port);
    if (sessions.length !== consignments.length) {
      throw new Error(`${carrier.name}: ${consignments.length} connections were made and ${sessions.length} recorded`);
    }
    return sessions;
  } finally {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
