import type { Advisory, AffectedPackage } from '@bulkhead/scanner';
import { AdvisoryDbError } from '../error.ts';
import type { OnProgress } from '../feed/progress.ts';
import { readRecord } from '../feed/read-record.ts';
import { zipRecords } from '../feed/zip-records.ts';
import type { SourceTally } from '../store/source-rows.ts';
import type { Breather } from './breather.ts';

/** What is done with the records of an archive. */
export interface RecordSink {
  advisory(advisory: Advisory, affected: readonly AffectedPackage[]): void;
  /** A record that is to be in no database: withdrawn, or nothing can match it. */
  absent(id: string, modified: string): void;
}

/** Reads one ecosystem's `all.zip` into a sink and counts. An archive without a single record is FEED_INVALID. */
export async function readArchive(
  file: string,
  tally: SourceTally,
  sink: RecordSink,
  breather: Breather,
  onProgress: OnProgress,
): Promise<void> {
  const onEntries = (done: number, total: number): void =>
    onProgress?.({ source: tally.name, step: 'reading', done, total, unit: 'records' });
  for await (const entry of zipRecords(file, onEntries)) {
    const reading =
      'problem' in entry
        ? ({ outcome: 'rejected', reason: entry.problem } as const)
        : readRecord(tally.name, entry.bytes);
    switch (reading.outcome) {
      case 'advisory':
        tally.records += 1;
        tally.saw(reading.advisory.modified);
        sink.advisory(reading.advisory, reading.affected);
        break;
      case 'withdrawn':
      case 'unmatchable':
        tally[reading.outcome] += 1;
        tally.saw(reading.modified);
        sink.absent(reading.id, reading.modified);
        break;
      case 'rejected':
        tally.reject({ record: entry.name, reason: reading.reason });
        break;
    }
    await breather.breathe();
  }
  if (tally.records + tally.withdrawn + tally.unmatchable > 0) return;
  const [first] = tally.rejections;
  throw new AdvisoryDbError('FEED_INVALID', {
    what: `${tally.location} has no record of ${tally.name}`,
    why: first === undefined ? 'its archive holds no JSON file' : `"${first[0]}": ${first[1]}`,
    fix: 'check that it is an OSV export',
  });
}
