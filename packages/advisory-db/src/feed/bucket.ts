import type { OnBytes } from './progress.ts';

/** A local copy of something a feed publishes. */
export interface LocalFile {
  readonly path: string;
  /** Removes it if it was fetched for this purpose only. */
  dispose(): Promise<void>;
}

/**
 * A place laid out like the OSV bucket: `ecosystems.txt`, `<ecosystem>/all.zip`, `<ecosystem>/modified_id.csv` and
 * `<ecosystem>/<id>.json`, where ecosystems with a release (`Alpine:v3.20`) are folded into their base.
 *
 * What the place does not have is `undefined`; a place that cannot be asked throws `AdvisoryDbError` FEED_UNREACHABLE.
 */
export interface Bucket {
  /** The URL or path, for messages and for the database's own record of where it has its data from. */
  readonly location: string;
  ecosystems(signal: AbortSignal): Promise<readonly string[]>;
  /** `<ecosystem>/all.zip`; a remote one is fetched into the folder `scratch`. */
  archive(ecosystem: string, scratch: string, signal: AbortSignal, onBytes?: OnBytes): Promise<LocalFile | undefined>;
  /** `<ecosystem>/modified_id.csv` in pieces. Whoever stops reading early ends the transfer. */
  modified(ecosystem: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** `<ecosystem>/<id>.json`. */
  record(ecosystem: string, id: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** What can stand for an ecosystem in a path: `crates.io`, `Red Hat`, `GitHub Actions`. */
const ECOSYSTEM = /^[A-Za-z][\w .+-]{0,63}$/;

/** The base names of ecosystems in order, without the bucket's own `[EMPTY]` and without anything that is no name. */
export function ecosystemNames(lines: Iterable<string>): readonly string[] {
  const names = new Set<string>();
  for (const line of lines) {
    const [base = ''] = line.trim().split(':', 1);
    if (ECOSYSTEM.test(base) && !base.endsWith('.')) names.add(base);
  }
  return [...names].toSorted();
}
