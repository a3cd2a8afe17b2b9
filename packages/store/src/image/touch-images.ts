import { sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';

/**
 * Notes that something about images has changed, at the end of the transaction that changed it: from here on the
 * transactions that do so wait for each other, and a later one is never seen before an earlier one. Digests of images that
 * are gone are noted too.
 */
export async function touchImages(transaction: Transaction<Tables>, digests: Iterable<string>): Promise<void> {
  const touched = [...new Set(digests)].toSorted();
  if (touched.length === 0) return;
  const { value } = await transaction
    .updateTable('setting')
    .set({ value: sql<string>`cast(cast(value as bigint) + 1 as text)` })
    .where('name', '=', 'image-revision')
    .returning('value')
    .executeTakeFirstOrThrow();
  for (const chunk of chunks(touched)) {
    await transaction
      .insertInto('image_change')
      .values(chunk.map((digest) => ({ digest, revision: Number(value) })))
      .onConflict((conflict) =>
        conflict.column('digest').doUpdateSet((row) => ({ revision: row.ref('excluded.revision') })),
      )
      .execute();
  }
}

/** As `touchImages`, for the images behind digests of manifests and indexes. */
export async function touchImagesBehind(transaction: Transaction<Tables>, digests: Iterable<string>): Promise<void> {
  const touched = new Set<string>();
  for (const chunk of chunks([...new Set(digests)])) {
    const rows = await transaction
      .selectFrom('manifest_image')
      .innerJoin('image', 'image.id', 'manifest_image.image_id')
      .select('image.digest')
      .where('manifest_image.digest', 'in', chunk)
      .execute();
    for (const { digest } of rows) touched.add(digest);
  }
  await touchImages(transaction, touched);
}
