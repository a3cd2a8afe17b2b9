import type { TagSighting } from '@bulkhead/scanner';
import type { Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';

/**
 * Keeps where the tags of a repository point to, and gives the digests that a tag came to or left. A registry that was removed
 * meanwhile keeps nothing.
 */
export async function noteTags(
  transaction: Transaction<Tables>,
  registry: string,
  repository: string,
  tags: readonly TagSighting[],
  complete: boolean,
): Promise<ReadonlySet<string>> {
  const owner = await transaction.selectFrom('registry').select('id').where('name', '=', registry).executeTakeFirst();
  const changed = new Set<string>();
  if (owner === undefined) return changed;
  await transaction
    .insertInto('repository')
    .values({ registry_id: owner.id, name: repository })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doNothing())
    .execute();
  const { id } = await transaction
    .selectFrom('repository')
    .select('id')
    .where('registry_id', '=', owner.id)
    .where('name', '=', repository)
    .executeTakeFirstOrThrow();
  const before = await transaction
    .selectFrom('tag')
    .select(['name', 'digest'])
    .where('repository_id', '=', id)
    .execute();
  const digestByTag = new Map(before.map(({ name, digest }) => [name, digest]));
  for (const { tag, digest } of tags) {
    const was = digestByTag.get(tag);
    if (was === digest) continue;
    changed.add(digest);
    if (was !== undefined) changed.add(was);
  }
  const sorted = tags.toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
  for (const chunk of chunks(sorted)) {
    await transaction
      .insertInto('tag')
      .values(chunk.map(({ tag, digest }) => ({ repository_id: id, name: tag, digest })))
      .onConflict((conflict) =>
        conflict.columns(['repository_id', 'name']).doUpdateSet((row) => ({ digest: row.ref('excluded.digest') })),
      )
      .execute();
  }
  if (!complete) return changed;
  const seen = new Set(tags.map(({ tag }) => tag));
  for (const gone of chunks([...digestByTag.keys()].filter((name) => !seen.has(name)))) {
    await transaction.deleteFrom('tag').where('repository_id', '=', id).where('name', 'in', gone).execute();
    for (const name of gone) changed.add(digestByTag.get(name) ?? '');
  }
  return changed;
}
