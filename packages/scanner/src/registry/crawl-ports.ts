import type { Clock } from '@bulkhead/core';
import type { RegistryCatalog, RegistryStore, ScanRequests, ScanStore } from './ports.ts';
import type { SignatureTrustStore } from './signature-trust.ts';
import type { ImageScanner } from './stored-scan.ts';

/** What a crawl asks, and whom it tells. */
export interface CrawlPorts {
  readonly catalog: RegistryCatalog;
  readonly registries: Pick<RegistryStore, 'noteCrawl'>;
  readonly scans: Pick<ScanStore, 'imagesOf' | 'noteImages' | 'noteSignatures' | 'noteTags' | 'unscanned'>;
  readonly requests: ScanRequests;
  /** What signatures are held against beside what the registry names. */
  readonly trust: Pick<SignatureTrustStore, 'get'>;
  /** An image counts as scanned when it was scanned for all of these. */
  readonly scanners: readonly ImageScanner[];
  readonly clock: Clock;
}
