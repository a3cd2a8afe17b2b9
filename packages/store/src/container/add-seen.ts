import { createHash } from 'node:crypto';
import type { ContainerReport, ToldContainer } from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import { nameOf } from '../flow/end-columns.ts';
import { MOST } from '../flow/flow-row.ts';
import { keptText } from '../kept-text.ts';
import type { ContainerTableName, SeenColumns } from '../schema/container-columns.ts';
import type { Tables } from '../schema/tables.ts';

/** Something as a container was seen to do it. */
export interface SeenIn<Observation> {
  readonly one: Observation;
  readonly local: ToldContainer;
  readonly at: string;
  /** The id of the agent that tells of it. */
  readonly agent: string;
}

/** What an agent's report has of its container; nothing where it does not say which. */
export function seenIn<Observation>(
  { local, seen, at }: ContainerReport<Observation>,
  agent: string,
): readonly SeenIn<Observation>[] {
  return local === undefined ? [] : seen.map((one) => ({ one, local, at, agent }));
}

/** A row of what was seen, which `own` and the container tell from others. */
export function seenRow<Own extends Pick<SeenColumns, 'verdict'>>(
  { local: { place, groups }, at, agent }: Omit<SeenIn<unknown>, 'one'>,
  own: Own,
  count: number,
): SeenColumns & Own {
  const key = {
    namespace: nameOf(place.namespace ?? ''),
    workload: nameOf(place.workload),
    container: nameOf(place.container),
    ...own,
  };
  const digest = createHash('sha256')
    .update(JSON.stringify(Object.values(key)))
    .digest('base64');
  return {
    digest,
    ...key,
    count,
    groups: keptText(JSON.stringify(groups)),
    first_seen: at,
    last_seen: at,
    told_by: agent,
  };
}

/** Adds what was seen to the rows of what it is. */
export async function addSeen(
  transaction: Transaction<Tables>,
  name: ContainerTableName,
  seen: readonly SeenColumns[],
): Promise<void> {
  const rows = new Map<string, SeenColumns>();
  for (const row of seen) {
    const known = rows.get(row.digest);
    rows.set(row.digest, known === undefined ? row : joinedRow(known, row));
  }
  // By digest, so that two transactions never wait for each other's row.
  const sorted = [...rows.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  const columns = Object.keys(sorted[0] ?? {});
  const table = sql.table(name);
  for (const chunk of chunks(sorted)) {
    const values = chunk.map((row) => sql`(${sql.join(Object.values(row))})`);
    // What an agent kept while nobody took it comes late.
    await sql`
      insert into ${table} (${sql.join(columns.map((column) => sql.ref(column)))}) values ${sql.join(values)}
      on conflict (digest) do update set
        count = case when ${table}.count > ${sql.lit(MOST)} - excluded.count then ${sql.lit(MOST)}
          else ${table}.count + excluded.count end,
        groups = case when ${table}.last_seen > excluded.last_seen then ${table}.groups else excluded.groups end,
        first_seen = case when ${table}.first_seen < excluded.first_seen then ${table}.first_seen
          else excluded.first_seen end,
        last_seen = case when ${table}.last_seen > excluded.last_seen then ${table}.last_seen
          else excluded.last_seen end,
        told_by = case when ${table}.told_by = '' then excluded.told_by else ${table}.told_by end`.execute(transaction);
  }
}

/** Both, of one thing. */
function joinedRow(known: SeenColumns, seen: SeenColumns): SeenColumns {
  return {
    ...known,
    count: Math.min(MOST, known.count + seen.count),
    groups: known.last_seen > seen.last_seen ? known.groups : seen.groups,
    first_seen: known.first_seen < seen.first_seen ? known.first_seen : seen.first_seen,
    last_seen: known.last_seen > seen.last_seen ? known.last_seen : seen.last_seen,
  };
}
