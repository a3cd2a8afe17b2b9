import type { Finding } from '@bulkhead/scanner';
import type { Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';
import { indexText } from './index-text.ts';

/** Replaces the searchable rows of an image's findings. */
export async function writeFindings(
  transaction: Transaction<Tables>,
  imageId: number,
  findings: readonly Finding[],
): Promise<void> {
  await transaction.deleteFrom('finding').where('image_id', '=', imageId).execute();
  const rows = findings.map((finding, position) => ({
    image_id: imageId,
    position,
    kind: finding.kind,
    name: indexText(finding.id),
    severity: finding.severity,
    counts: finding.suppressed === undefined ? 1 : 0,
  }));
  for (const chunk of chunks(rows))
    await transaction
      .insertInto('finding')
      .values([...chunk])
      .execute();
}
