import { type Kysely, sql } from 'kysely';
import type { ContainerTableName } from './schema/container-columns.ts';
import type { Tables } from './schema/tables.ts';

/** Tables of what is seen again and again. */
type SeenTable = 'flow' | ContainerTableName;

/**
 * Forgets at most `limit` rows: those last seen before a time, and those beyond the `most` that were seen last; those not seen for
 * longest first. Gives how many.
 */
export async function pruneSeen(
  db: Kysely<Tables>,
  table: SeenTable,
  { seenBefore, most }: { readonly seenBefore: string; readonly most: number },
  limit: number,
): Promise<number> {
  const rows = sql.table(table);
  const forget = async (which: ReturnType<typeof sql>, count: number): Promise<number> => {
    const { numAffectedRows = 0n } = await sql`delete from ${rows} where id in (
      select id from ${rows} where ${which} order by last_seen, id limit ${count})`.execute(db);
    return Number(numAffectedRows);
  };
  const old = await forget(sql`last_seen < ${seenBefore}`, limit);
  if (old === limit) return limit;
  const { rows: first } = await sql<{ readonly last_seen: string; readonly id: number }>`
    select last_seen, id from ${rows} order by last_seen desc, id desc limit 1 offset ${most}`.execute(db);
  const [surplus] = first;
  if (surplus === undefined) return old;
  return old + (await forget(sql`(last_seen, id) <= (${surplus.last_seen}, ${surplus.id})`, limit - old));
}
