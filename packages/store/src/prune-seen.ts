import { type Kysely, sql } from 'kysely';
import { fairShare } from './fair-share.ts';
import type { ContainerTableName } from './schema/container-columns.ts';
import type { Tables } from './schema/tables.ts';

/** Tables of what is seen again and again, and what their rows are told apart by. */
const KEYS = { flow: 'id', program: 'id', file: 'id', flow_groups: 'digest' } as const satisfies Record<
  'flow' | 'flow_groups' | ContainerTableName,
  string
>;

/**
 * Forgets at most `limit` rows: those last seen before a time, and those beyond `most`. These are taken from the agents that told of
 * more than others, so that one that makes names up loses its own: each keeps an equal part, and what others do not need. Of an
 * agent those not seen for longest go first. Gives how many.
 */
export async function pruneSeen(
  db: Kysely<Tables>,
  table: keyof typeof KEYS,
  { seenBefore, most }: { readonly seenBefore: string; readonly most: number },
  limit: number,
): Promise<number> {
  const rows = sql.table(table);
  const key = sql.ref(KEYS[table]);
  const forget = async (which: ReturnType<typeof sql>, count: number): Promise<number> => {
    const { numAffectedRows = 0n } = await sql`delete from ${rows} where ${key} in (
      select ${key} from ${rows} where ${which} order by last_seen, ${key} limit ${count})`.execute(db);
    return Number(numAffectedRows);
  };
  let gone = await forget(sql`last_seen < ${seenBefore}`, limit);
  if (gone === limit) return limit;
  // Whose they are is counted only where there are too many, which takes half as long to find out.
  const { rows: beyond } = await sql`select 1 from ${rows} limit 1 offset ${most}`.execute(db);
  if (beyond.length === 0) return gone;
  const { rows: told } = await sql<{ readonly told_by: string; readonly count: number | string }>`
    select told_by, count(*) as count from ${rows} group by told_by`.execute(db);
  const share = fairShare(
    told.map(({ count }) => Number(count)),
    most,
  );
  for (const { told_by: agent, count } of told) {
    const surplus = Math.min(Number(count) - share, limit - gone);
    // oxlint-disable-next-line no-await-in-loop -- in steps, so that events get between
    if (surplus > 0) gone += await forget(sql`told_by = ${agent}`, surplus);
  }
  return gone;
}
