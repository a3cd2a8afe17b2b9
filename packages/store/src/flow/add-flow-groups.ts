import { createHash } from 'node:crypto';
import type { FlowReport } from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';
import { nameOf, namespaceOf } from './end-columns.ts';

/** Whose flows an agent told of, and the groups that select it. */
export type SeenGroups = NonNullable<FlowReport['local']> & {
  readonly at: string;
  /** The id of the agent. */
  readonly agent: string;
};

/** Keeps in which groups those are whose flows were seen. */
export async function addFlowGroups(transaction: Transaction<Tables>, seen: readonly SeenGroups[]): Promise<void> {
  const rows = new Map<string, ReturnType<typeof rowOf>>();
  for (const one of seen) {
    if (one.end.kind !== 'workload') continue;
    const row = rowOf(one);
    const known = rows.get(row.digest);
    if (known === undefined || known.last_seen < row.last_seen) rows.set(row.digest, row);
  }
  // By digest, so that two transactions never wait for each other's row.
  const sorted = [...rows.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  for (const chunk of chunks(sorted)) {
    await transaction
      .insertInto('flow_groups')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .column('digest')
          .doUpdateSet({
            last_seen: sql<string>`excluded.last_seen`,
            told_by: sql<string>`case when flow_groups.told_by = '' then excluded.told_by else flow_groups.told_by end`,
          })
          .where(sql<boolean>`flow_groups.last_seen < excluded.last_seen`),
      )
      .execute();
  }
}

function rowOf({ end, groups, at, agent }: SeenGroups) {
  const key = { namespace: namespaceOf(end), name: nameOf(end.name), groups: keptText(JSON.stringify(groups)) };
  const digest = createHash('sha256')
    .update(JSON.stringify(Object.values(key)))
    .digest('base64');
  return { digest, ...key, last_seen: at, told_by: agent };
}
