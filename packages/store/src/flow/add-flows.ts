import type { FlowObservation } from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { DialectName } from '../dialect/open-dialect.ts';
import type { Tables } from '../schema/tables.ts';
import { type Counter, type FlowRow, flowRow, joinedRow, MOST } from './flow-row.ts';
import { withSpokenElsewhere } from './spoken-elsewhere.ts';

/** A flow as it was seen. */
export interface SeenFlow {
  readonly flow: FlowObservation;
  readonly at: string;
  /** The id of the agent that tells of it. */
  readonly agent: string;
}

/** Adds what was seen to the flows it is of. */
export async function addFlows(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  observed: readonly SeenFlow[],
): Promise<void> {
  const seen = observed.map(flowRow);
  const rows = new Map<string, FlowRow>();
  for (const row of await withSpokenElsewhere(transaction, dialect, seen)) {
    const known = rows.get(row.digest);
    rows.set(row.digest, known === undefined ? row : joinedRow(known, row));
  }
  // By digest, so that two transactions never wait for each other's row.
  const sorted = [...rows.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  for (const chunk of chunks(sorted)) {
    await transaction
      .insertInto('flow')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.column('digest').doUpdateSet({
          seen_by: sql<number>`flow.seen_by | excluded.seen_by`,
          client_sessions: added('client_sessions'),
          client_bytes: added('client_bytes'),
          server_sessions: added('server_sessions'),
          server_bytes: added('server_bytes'),
          // What an agent kept while nobody took it comes late.
          first_seen: firstOf('first_seen', sql`<`),
          last_seen: firstOf('last_seen', sql`>`),
          told_by: sql<string>`case when flow.told_by = '' then excluded.told_by else flow.told_by end`,
        }),
      )
      .execute();
  }
}

function added(column: Counter) {
  const [known, seen] = [sql.ref(`flow.${column}`), sql.ref(`excluded.${column}`)];
  return sql<number>`case when ${known} > ${sql.lit(MOST)} - ${seen} then ${sql.lit(MOST)} else ${known} + ${seen} end`;
}

function firstOf(column: 'first_seen' | 'last_seen', before: ReturnType<typeof sql>) {
  const [known, seen] = [sql.ref(`flow.${column}`), sql.ref(`excluded.${column}`)];
  return sql<string>`case when ${known} ${before} ${seen} then ${known} else ${seen} end`;
}
