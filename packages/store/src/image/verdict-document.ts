import { ImageScan, summarizeScan } from '@bulkhead/policy/images';
import type { Finding, ImageScanner, Inventory } from '@bulkhead/scanner';
import { StoreError } from '../error.ts';
import { pack, unpack } from '../scan/packed.ts';

/** What admission is told of a scan. */
export function verdictOf(scan: {
  readonly scanners: readonly ImageScanner[];
  readonly scannedAt: string;
  readonly inventory: Pick<Inventory, 'gaps'>;
  readonly findings: readonly Finding[];
}): ImageScan {
  const { scanners, scannedAt, inventory, findings } = scan;
  return summarizeScan({ scanners, scannedAt, gaps: inventory.gaps.length, findings });
}

export function packVerdict(verdict: ImageScan): Uint8Array {
  return pack(verdict);
}

export function unpackVerdict(bytes: Uint8Array): ImageScan {
  const parsed = ImageScan.safeParse(unpack(bytes));
  if (parsed.success) return parsed.data;
  throw new StoreError('STORE_CORRUPT', {
    what: 'what admission is told of an image cannot be read',
    why: parsed.error.issues[0]?.message ?? 'it has another shape',
    fix: 'scan the image again',
  });
}
