import type { Clock } from '@bulkhead/core';
import type { InventoryJudge, ScanStore } from './ports.ts';
import type { Difference, PackageKey, ScanEvent } from './stored-scan.ts';

export interface RescanPorts {
  readonly scans: ScanStore;
  readonly judge: InventoryJudge;
  readonly clock: Clock;
}

export interface RescanRequest {
  /** Names the rescan: one that is started again under the same id reports what all its runs changed. */
  readonly id: string;
  readonly keys: readonly PackageKey[];
}

/** What new advisories changed for the stored images. Only differences are in it. */
export interface RescanReport {
  readonly id: string;
  /** Keys whose advisories changed. */
  readonly keys: number;
  /** Images that have a package of one of the keys: those that were judged again. */
  readonly candidates: number;
  /** Images with a vulnerability they did not have before. */
  readonly newlyAffected: readonly ImageDifference[];
  /** Images that lost one. */
  readonly noLongerAffected: readonly ImageDifference[];
}

export interface ImageDifference extends Difference {
  readonly digest: string;
}

export interface RescanOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, of: number) => void;
  /** Decides about an image that could not be judged: it keeps what was found before, or what is thrown here ends the rescan. */
  readonly onUnjudged: (digest: string, error: unknown) => void;
}

/**
 * Judges the stored images again that changed advisories can affect. Nothing is pulled and no other image is touched.
 * May be repeated after a crash: what was changed before stays in the report.
 */
export async function rescan(
  request: RescanRequest,
  ports: RescanPorts,
  options: RescanOptions,
): Promise<RescanReport> {
  const { scans, judge, clock } = ports;
  const { id, keys } = request;
  const candidates = await scans.affectedBy(keys);
  const at = new Date(clock.now()).toISOString();
  for (const [done, digest] of candidates.entries()) {
    options.signal.throwIfAborted();
    try {
      await scans.rejudge(digest, id, at, ({ inventory }) => judge.judge(inventory));
    } catch (error) {
      options.onUnjudged(digest, error);
    }
    options.onProgress?.(done + 1, candidates.length);
  }
  const differences = byDigest(await scans.eventsOf(id));
  return {
    id,
    keys: keys.length,
    candidates: candidates.length,
    newlyAffected: differences.filter(({ appeared }) => appeared.length > 0),
    noLongerAffected: differences.filter(({ disappeared }) => disappeared.length > 0),
  };
}

/** `3 images newly affected, 1 no longer`. */
export function rescanLine({ newlyAffected, noLongerAffected }: RescanReport): string {
  const count = newlyAffected.length;
  return `${count} ${count === 1 ? 'image' : 'images'} newly affected, ${noLongerAffected.length} no longer`;
}

function byDigest(events: readonly ScanEvent[]): ImageDifference[] {
  const merged = new Map<string, ImageDifference>();
  for (const { digest, difference } of events) {
    const before = merged.get(digest);
    merged.set(digest, {
      digest,
      appeared: [...(before?.appeared ?? []), ...difference.appeared],
      disappeared: [...(before?.disappeared ?? []), ...difference.disappeared],
    });
  }
  return [...merged.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}
