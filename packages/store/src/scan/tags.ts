import type { TagSighting } from '@bulkhead/scanner';
import type { Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';

/** Keeps where the tags of a repository point to. A registry that was removed meanwhile keeps nothing. */
export async function noteTags(
  transaction: Transaction<Tables>,
  registry: string,
  repository: string,
  tags: readonly TagSighting[],
  complete: boolean,
): Promise<void> {
  const owner = await transaction.selectFrom('registry').select('id').where('name', '=', registry).executeTakeFirst();
  if (owner === undefined) return;
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
  if (!complete) return;
  const there = await transaction.selectFrom('tag').select('name').where('repository_id', '=', id).execute();
  const seen = new Set(tags.map(({ tag }) => tag));
  for (const gone of chunks(there.map(({ name }) => name).filter((name) => !seen.has(name)))) {
    await transaction.deleteFrom('tag').where('repository_id', '=', id).where('name', 'in', gone).execute();
  }
}
