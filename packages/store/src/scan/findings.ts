import { decodeCursor, encodeCursor, type Page, type PageRequest } from '@bulkhead/control-plane';
import type { Finding } from '@bulkhead/scanner';
import type { Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';
import { indexText } from './index-text.ts';
import { unpack } from './packed.ts';

/** Replaces the searchable rows of an image's findings. */
export async function writeFindings(
  transaction: Transaction<Tables>,
  imageId: number,
  findings: readonly Finding[],
): Promise<void> {
  await transaction.deleteFrom('finding').where('image_id', '=', imageId).execute();
  for (const chunk of chunks(searchable(findings))) {
    await transaction
      .insertInto('finding')
      .values(chunk.map((row) => ({ image_id: imageId, ...row })))
      .execute();
  }
}

/** Likewise, of a scan of a container or a node. */
export async function writeNodeScanFindings(
  transaction: Transaction<Tables>,
  scanId: number,
  findings: readonly Finding[],
): Promise<void> {
  await transaction.deleteFrom('node_scan_finding').where('scan_id', '=', scanId).execute();
  for (const chunk of chunks(searchable(findings))) {
    await transaction
      .insertInto('node_scan_finding')
      .values(chunk.map((row) => ({ scan_id: scanId, ...row })))
      .execute();
  }
}

/** A page of findings that were packed, as they were ordered. */
export function findingsPage(packed: Uint8Array, { limit, after }: PageRequest): Page<Finding> {
  const from = after === undefined ? 0 : Math.max(decodeCursor(after, ['number'] as const)[0], 0);
  const findings = unpack(packed) as readonly Finding[];
  const end = from + limit;
  return { items: findings.slice(from, end), ...(findings.length > end && { next: encodeCursor([end]) }) };
}

function searchable(findings: readonly Finding[]) {
  return findings.map(({ kind, id, severity, suppressed }, position) => ({
    position,
    kind,
    name: indexText(id),
    severity,
    counts: suppressed === undefined ? 1 : 0,
  }));
}
