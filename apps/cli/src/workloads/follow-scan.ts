import { setTimeout as sleep } from 'node:timers/promises';
import { obtain } from '../api/ask.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { CliError } from '../error.ts';
import type { Io } from '../io.ts';
import type { LiveLine } from '../output/live-line.ts';
import { KeptScan } from './kept-scan.ts';

export const FAILURE = 'cannot report the scan';
/** An api gives up on an agent after half an hour; workers may have some of others to do first. */
const PATIENCE_MS = 45 * 60_000;
const LOOK_MS = 1_000;

const WORDS: Readonly<Record<Exclude<KeptScan['state'], 'done' | 'failed'>, string>> = {
  reading: 'the agent reads it',
  fetching: 'what the agent found comes from its node',
  queued: 'what the agent found waits for a worker',
  matching: 'a worker holds it against the advisories',
};

export interface Following {
  readonly place: ApiPlace;
  readonly io: Io;
  readonly line: LiveLine;
  /** Whether what the agent found is enough: somebody else judges it. */
  readonly isJudgedHere: boolean;
}

/**
 * Waits for a scan, and shows how far it is: until it is done, or until what the agent found is there and nobody else judges
 * it. Throws where it failed, or comes to no end.
 */
export async function followScan(scan: string, { place, io, line, isJudgedHere }: Following): Promise<KeptScan> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const path = `/api/v1/scans/${encodeURIComponent(scan)}`;
    const found = await obtain(place, { method: 'GET', path, failure: FAILURE }, KeptScan, io);
    const { state, failure, waitsFor } = found;
    if (state === 'failed') {
      const why = `${failure?.message ?? 'nobody knows why'} (${failure?.code ?? 'INTERNAL'})`;
      throw new CliError('NOT_APPLIED', { what: FAILURE, why, fix: 'scan it again' });
    }
    if (state === 'done') return found;
    const isHere = state === 'queued' || state === 'matching';
    if (isHere && (isJudgedHere || waitsFor !== undefined)) return found;
    line.show({ what: WORDS[state] });
    if (performance.now() > until) {
      const fix = `ask later: bulkhead workloads findings ${scan}`;
      throw new CliError('NOT_APPLIED', { what: FAILURE, why: `${WORDS[state]} since ${found.since}`, fix });
    }
    await sleep(LOOK_MS, undefined, { signal: io.signal });
  }
}
