import type { FlowObservation } from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';

const KEY = [
  'client_kind',
  'client_namespace',
  'client_name',
  'server_kind',
  'server_namespace',
  'server_name',
  'port',
  'application',
  'verdict',
] as const;

/** What is counted stays here: more is not told exactly, and in the end nothing could be added at all. */
const MOST = Number.MAX_SAFE_INTEGER;

/** Adds what was seen to the flows it is of. */
export async function addFlows(
  transaction: Transaction<Tables>,
  observed: readonly { readonly flow: FlowObservation; readonly at: string }[],
): Promise<void> {
  const rows = new Map<string, ReturnType<typeof rowOf>>();
  for (const { flow, at } of observed) {
    const row = rowOf(flow, at);
    const key = JSON.stringify(KEY.map((column) => row[column]));
    const known = rows.get(key);
    if (known === undefined) rows.set(key, row);
    else
      rows.set(key, {
        ...known,
        bytes: Math.min(MOST, known.bytes + row.bytes),
        sessions: Math.min(MOST, known.sessions + row.sessions),
        last_seen: at,
      });
  }
  // By key, so that two transactions never wait for each other's row.
  const sorted = [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  for (const chunk of chunks(sorted)) {
    await transaction
      .insertInto('flow')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns([...KEY]).doUpdateSet({
          bytes: added('bytes'),
          sessions: added('sessions'),
          last_seen: sql<string>`excluded.last_seen`,
        }),
      )
      .execute();
  }
}

function added(column: 'bytes' | 'sessions') {
  const [known, seen] = [sql.ref(`flow.${column}`), sql.ref(`excluded.${column}`)];
  return sql<number>`case when ${known} > ${sql.lit(MOST)} - ${seen} then ${sql.lit(MOST)} else ${known} + ${seen} end`;
}

function rowOf({ client, server, port, application, verdict, bytes, sessions }: FlowObservation, at: string) {
  return {
    client_kind: client.kind,
    client_namespace: keptText(client.namespace ?? ''),
    client_name: keptText(client.name),
    server_kind: server.kind,
    server_namespace: keptText(server.namespace ?? ''),
    server_name: keptText(server.name),
    port,
    application: keptText(application),
    verdict,
    bytes,
    sessions,
    first_seen: at,
    last_seen: at,
  };
}
