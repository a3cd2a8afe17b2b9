import { WatchedCatalog } from '@bulkhead/oci';
import { type JobHandler, SCAN_IMAGE, type ScanReferenceJob } from '@bulkhead/queue';
import { crawlReference } from '@bulkhead/scanner';
import type { Emit } from '../event.ts';
import type { CrawlParts } from './crawl.ts';

/** Looks at an image that somebody asked about. One of a registry that was removed meanwhile is nobody's business, which is no failure. */
export function scanReferenceHandler(
  { store, producer, scanners, clock }: CrawlParts,
  emit: Emit,
): JobHandler<ScanReferenceJob> {
  const requests = { request: (place: Parameters<typeof SCAN_IMAGE.keyOf>[0]) => producer.enqueue(SCAN_IMAGE, place) };
  return async (job, { signal }) => {
    const registry = await store.registries.get(job.registry);
    if (registry === undefined) return;
    const catalog = await WatchedCatalog.open(registry);
    try {
      const { registries, scans, signatureTrust: trust } = store;
      const ports = { catalog, registries, scans, trust, requests, scanners, clock };
      const { requested, problems } = await crawlReference(registry, job, ports, { signal });
      emit({ event: 'image-wanted', ...job, requested, problems });
    } finally {
      catalog.close();
    }
  };
}
