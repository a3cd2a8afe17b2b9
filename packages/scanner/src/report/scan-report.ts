import type { Finding } from '../finding/finding.ts';
import type { Image } from '../image/image.ts';
import type { OsRelease } from '../package/os-release.ts';
import type { LocatedPackage } from '../package/package.ts';
import type { Gap } from '../reader/gap.ts';

/** The result of one scan: what every output format is made from. Sorted, so that equal scans give equal bytes. */
export interface ScanReport {
  readonly subject: ScanSubject;
  readonly os?: OsRelease & { readonly endOfLife?: string; readonly endOfLifeReached?: boolean };
  /** `partial` where there is a gap: what was not looked at may hold findings. */
  readonly status: 'complete' | 'partial';
  readonly packages: readonly LocatedPackage[];
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
  /** What was looked for, where the scan said so. */
  readonly scanners?: readonly ScannerName[];
  /** How many findings a filter has left out. */
  readonly hidden?: number;
  readonly database?: DatabaseStatus;
}

/** What a scan can look for. */
export const SCANNER_NAMES = ['vuln', 'secret', 'misconfig'] as const;
export type ScannerName = (typeof SCANNER_NAMES)[number];

export type ScanSubject =
  | { readonly kind: 'image'; readonly name: string; readonly image: Image }
  | { readonly kind: 'filesystem' | 'rootfs' | 'host'; readonly name: string }
  | { readonly kind: 'sbom'; readonly name: string; readonly format: string };

/** How old the advisories are: a late feed never fails a scan, but is always said. */
export interface DatabaseStatus {
  readonly schema: number;
  readonly builtAt: string;
  /** When its advisories were brought up to date: the feed that was read longest ago counts. EPSS and KEV are none. */
  readonly checkedAt: string;
  /** When the newest of its advisories was changed: a mirror that is late shows in this. Empty where none says. */
  readonly newest: string;
  readonly sources: readonly {
    readonly name: string;
    readonly records: number;
    /** When its newest record was changed; empty where it does not say. */
    readonly newest: string;
    /** When it was last read without a failure. */
    readonly checkedAt: string;
  }[];
}
