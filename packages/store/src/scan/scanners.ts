import type { ImageScanner, StoredScan } from '@bulkhead/scanner';
import { IMAGE_SCANNERS } from '@bulkhead/scanner/registry';

/** What a scan looked for, as a column keeps it. */
export function scannersText({ scanners }: Pick<StoredScan, 'scanners'>): string {
  return scanners.toSorted().join(',');
}

/** What a newer program looked for and this one does not know counts for nothing here. */
export function scannersOf({ scanners }: { readonly scanners: string }): readonly ImageScanner[] {
  const words = scanners.split(',');
  return IMAGE_SCANNERS.filter((known) => words.includes(known));
}
