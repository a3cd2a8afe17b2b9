import type { QueueCounts } from '@bulkhead/queue';
import type { Metrics } from '@bulkhead/runtime';

/** The worker's metrics. */
export interface WorkerMetrics {
  countScan(outcome: 'complete' | 'partial' | 'known' | 'failed', seconds: number): void;
  /** A layer of an image: fetched and read, or known from an image before. */
  countLayer(from: 'registry' | 'cache', storedBytes: number): void;
  countCrawl(outcome: 'complete' | 'partial' | 'failed'): void;
  countRescan(images: number, newlyAffected: number, noLongerAffected: number): void;
  countFailure(queue: string, dead: boolean): void;
  setQueue(queue: string, counts: QueueCounts): void;
}

/** From a small image in the cache to a large one over a slow line. */
const SCAN_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createWorkerMetrics(metrics: Metrics): WorkerMetrics {
  const scans = metrics.counter('image_scans_total', 'Images scanned, by how it ended', ['outcome']);
  const seconds = metrics.histogram(
    'image_scan_seconds',
    'Time of one scan, from asking its registry to the store',
    SCAN_SECONDS,
  );
  const layers = metrics.counter('image_layers_total', 'Layers of scanned images, by where their content came from', [
    'from',
  ]);
  const fetched = metrics.counter('image_layer_bytes_total', 'Bytes of layers that were fetched from registries');
  const crawls = metrics.counter('registry_crawls_total', 'Registries crawled', ['outcome']);
  const rejudged = metrics.counter('images_rejudged_total', 'Stored images judged again because advisories changed');
  const changed = metrics.counter('images_changed_total', 'Images whose vulnerabilities that changed', ['change']);
  const failures = metrics.counter('job_failures_total', 'Tries of jobs that failed; dead ones are not tried again', [
    'queue',
    'dead',
  ]);
  const jobs = metrics.gauge('jobs', 'Jobs of all workers', ['queue', 'state']);
  return {
    countScan(outcome, took) {
      scans.inc({ outcome });
      seconds.observe(took);
    },
    countLayer(from, storedBytes) {
      layers.inc({ from });
      fetched.inc(storedBytes);
    },
    countCrawl: (outcome) => crawls.inc({ outcome }),
    countRescan(images, newlyAffected, noLongerAffected) {
      rejudged.inc(images);
      changed.inc({ change: 'newly-affected' }, newlyAffected);
      changed.inc({ change: 'no-longer-affected' }, noLongerAffected);
    },
    countFailure: (queue, dead) => failures.inc({ queue, dead: String(dead) }),
    setQueue(queue, counts) {
      for (const [state, count] of Object.entries(counts)) jobs.set({ queue, state }, count);
    },
  };
}
