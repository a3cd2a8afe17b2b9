import type { Clock } from '@bulkhead/core';
import { findDifference } from './difference.ts';
import type { ImageInspector, InventoryJudge, ScanStore } from './ports.ts';
import { covers, type ImagePlace, type StoredScan } from './stored-scan.ts';

export interface ScanPorts {
  readonly scans: Pick<ScanStore, 'scan' | 'record' | 'rejudge' | 'noteFailure'>;
  readonly inspector: ImageInspector;
  readonly judge: InventoryJudge;
  readonly clock: Clock;
}

export interface ScanOutcome {
  readonly digest: string;
  /** `known`: somebody scanned it before, and it was not scanned again or not kept. */
  readonly outcome: 'recorded' | 'known';
  readonly status: 'complete' | 'partial';
  readonly packages: number;
  /** Vulnerabilities that count. */
  readonly vulnerabilities: number;
  readonly secrets: number;
}

/**
 * Scans the image of a digest once and keeps what it holds. Later calls find it known and pull nothing, unless the
 * inspector looks for more than was looked for then.
 */
export async function scanRegistryImage(
  place: ImagePlace,
  ports: ScanPorts,
  signal: AbortSignal,
): Promise<ScanOutcome> {
  const { scans, inspector, judge, clock } = ports;
  // A rescan that ran before an image was in the index has not seen it: judge it by what is known now.
  const judgeLate = async ({ image, database }: StoredScan): Promise<void> => {
    if (judge.database === database) return;
    const at = new Date(clock.now()).toISOString();
    await scans.rejudge(image.digest, 'late', at, ({ inventory }) => judge.judge(inventory));
  };
  const earlier = await scans.scan(place.digest);
  if (earlier?.layers !== undefined && covers(earlier.scanners, inspector.scanners)) {
    // Who recorded it may have ended before it came to this.
    await judgeLate(earlier);
    return { ...summary(earlier), outcome: 'known' };
  }
  const { image, inventory, layers } = await inspector.inspect(place, signal);
  signal.throwIfAborted();
  const at = new Date(clock.now()).toISOString();
  const parts = { image, scanners: inspector.scanners, inventory, layers };
  const scan: StoredScan = { ...parts, scannedAt: at, ...judge.judge(inventory) };
  const outcome = await scans.record(scan);
  await judgeLate(scan);
  return { ...summary(scan), outcome };
}

function summary(scan: StoredScan): Omit<ScanOutcome, 'outcome'> {
  const { image, inventory, findings } = scan;
  return {
    digest: image.digest,
    status: inventory.gaps.length > 0 ? 'partial' : 'complete',
    packages: inventory.packages.length,
    vulnerabilities: findDifference([], findings).appeared.length,
    secrets: findings.filter(({ kind, suppressed }) => kind === 'secret' && suppressed === undefined).length,
  };
}
