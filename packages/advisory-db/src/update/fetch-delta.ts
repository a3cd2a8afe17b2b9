import type { Bucket } from '../feed/bucket.ts';
import { type ModifiedLine, readDelta } from '../feed/modified-list.ts';
import type { OnProgress } from '../feed/progress.ts';
import { type RecordReading, readRecord } from '../feed/read-record.ts';

/** A record of a delta: what was read, or that the list names it and the bucket does not have it. */
export interface DeltaRecord {
  readonly id: string;
  readonly modified: string;
  readonly reading: RecordReading;
}

export interface FetchedDelta {
  readonly records: readonly DeltaRecord[];
  /** The time of the newest change in the list; absent where nothing is newer. */
  readonly newest: string | undefined;
}

export interface FetchOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Requests at once to one server: enough to hide its distance, few enough to be a good guest. */
const CONCURRENCY = 16;
/** Records wait in memory, parsed, until all are there. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Fetches what a bucket has changed since a point in time; `undefined` where its archive has to be read instead: it
 * has no list of changes that can be used, or so many changes that the archive is less work. Any failure is one of the whole: half a delta would move the mark past what is missing.
 */
export async function fetchDelta(
  bucket: Bucket,
  ecosystem: string,
  since: string,
  isCurrent: (line: ModifiedLine) => boolean,
  { signal, onProgress }: FetchOptions,
): Promise<FetchedDelta | undefined> {
  // Nothing is known of how old the data is: all of it may be new.
  if (Number.isNaN(Date.parse(since))) return undefined;
  onProgress?.({ source: ecosystem, step: 'fetching' });
  const list = await bucket.modified(ecosystem, signal);
  if (list === undefined) return undefined;
  const delta = await readDelta(list, since);
  if (delta.kind !== 'lines') return undefined;

  const wanted = delta.lines.filter((line) => !isCurrent(line));
  const records: DeltaRecord[] = [];
  let [next, bytes] = [0, 0];
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const fetchNext = async (): Promise<void> => {
    for (let line = wanted[next++]; line !== undefined && bytes <= MAX_BYTES; line = wanted[next++]) {
      const content = await bucket.record(ecosystem, line.id, both);
      bytes += content?.length ?? 0;
      records.push({ ...line, reading: content === undefined ? MISSING : readOne(ecosystem, line.id, content) });
      const [done, total] = [records.length, wanted.length];
      onProgress?.({ source: ecosystem, step: 'fetching', done, total, unit: 'records' });
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, fetchNext));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
  if (bytes > MAX_BYTES) return undefined;
  // In an order that does not depend on the network: oldest first, as the changes were made.
  records.sort((a, b) => Date.parse(a.modified) - Date.parse(b.modified) || (a.id < b.id ? -1 : 1));
  return { records, newest: delta.newest };
}

const MISSING: RecordReading = { outcome: 'rejected', reason: 'it is listed as changed, and is not there' };

function readOne(ecosystem: string, id: string, content: Uint8Array): RecordReading {
  const reading = readRecord(ecosystem, content);
  const actual =
    reading.outcome === 'advisory' ? reading.advisory.id : reading.outcome === 'rejected' ? id : reading.id;
  if (actual === id) return reading;
  return { outcome: 'rejected', reason: `it holds the record ${JSON.stringify(actual)}` };
}
