import type { Clock } from '@bulkhead/core';
import { WatchedCatalog } from '@bulkhead/oci';
import { type JobHandler, type Producer, SCAN_IMAGE, type ScanRegistryJob } from '@bulkhead/queue';
import { crawlRegistry, type ImageScanner } from '@bulkhead/scanner';
import type { Store } from '@bulkhead/store';
import type { Emit } from '../event.ts';
import type { WorkerMetrics } from '../metrics.ts';

export interface CrawlParts {
  readonly store: Store;
  readonly producer: Producer;
  readonly scanners: readonly ImageScanner[];
  readonly clock: Clock;
}

/** Crawls a registry. One that was removed meanwhile has nothing to crawl, which is no failure. */
export function crawlHandler(
  { store, producer, scanners, clock }: CrawlParts,
  metrics: WorkerMetrics,
  emit: Emit,
): JobHandler<ScanRegistryJob> {
  const requests = { request: (place: Parameters<typeof SCAN_IMAGE.keyOf>[0]) => producer.enqueue(SCAN_IMAGE, place) };
  return async (job, { signal, progress }) => {
    const registry = await store.registries.get(job.registry);
    if (registry === undefined) return;
    const catalog = await WatchedCatalog.open(registry);
    try {
      const { registries, scans, signatureTrust: trust } = store;
      const ports = { catalog, registries, scans, trust, requests, scanners, clock };
      const report = await crawlRegistry(registry, ports, { signal, onProgress: progress });
      metrics.countCrawl(report.problems.length === 0 ? 'complete' : 'partial');
      emit({ event: 'registry-crawled', ...report });
    } catch (error) {
      metrics.countCrawl('failed');
      throw error;
    } finally {
      catalog.close();
    }
  };
}
