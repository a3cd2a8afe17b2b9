import type { CrawlReport, RescanReport, ScanOutcome } from '@bulkhead/scanner';

/** What a worker says on standard output, one JSON object a line. */
export type WorkerEvent =
  | { readonly event: 'worker-started'; readonly version: string; readonly pid: number; readonly metrics?: string }
  | { readonly event: 'worker-stopped'; readonly problems: readonly string[] }
  | ({ readonly event: 'image-scanned'; readonly registry: string; readonly repository: string } & Omit<
      ScanOutcome,
      'outcome'
    >)
  | {
      readonly event: 'image-failed';
      readonly registry: string;
      readonly repository: string;
      readonly digest: string;
      readonly problem: string;
    }
  | {
      readonly event: 'image-wanted';
      readonly registry: string;
      readonly repository: string;
      readonly reference: string;
      readonly requested: number;
      readonly problems: readonly string[];
    }
  | { readonly event: 'advisories-built'; readonly advisories: number; readonly packages: number }
  | ({ readonly event: 'registry-crawled' } & CrawlReport)
  | {
      readonly event: 'advisories-updated';
      readonly database: string;
      readonly changedPackages: number;
      readonly rescans: number;
      readonly sources: readonly { readonly name: string; readonly outcome: string; readonly problem?: string }[];
    }
  | {
      readonly event: 'image-not-judged';
      readonly digest: string;
      readonly code: string;
      readonly problem: string;
    }
  | ({
      readonly event: 'images-rejudged';
      readonly summary: string;
      /** Scans of containers and nodes that were judged again as well. */
      readonly nodeScans: number;
    } & RescanReport)
  | {
      readonly event: 'scan-matched';
      readonly scan: string;
      readonly packages: number;
      readonly vulnerabilities: number;
    }
  | { readonly event: 'scan-not-matched'; readonly scan: string; readonly code: string; readonly problem: string };

export type Emit = (event: WorkerEvent) => void;
