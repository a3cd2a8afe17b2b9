import { createHash } from 'node:crypto';
import type { FlowObservation } from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';
import { nameOf, namespaceOf } from './end-columns.ts';

const COUNTERS = ['client_sessions', 'client_bytes', 'server_sessions', 'server_bytes'] as const;
type Counter = (typeof COUNTERS)[number];

/** What is counted stays here: more is not told exactly, and in the end nothing could be added at all. */
const MOST = Number.MAX_SAFE_INTEGER;

/** A flow as it was seen. */
export interface SeenFlow {
  readonly flow: FlowObservation;
  readonly at: string;
}

/** Adds what was seen to the flows it is of. */
export async function addFlows(transaction: Transaction<Tables>, observed: readonly SeenFlow[]): Promise<void> {
  const rows = new Map<string, ReturnType<typeof rowOf>>();
  for (const { flow, at } of observed) {
    const row = rowOf(flow, at);
    const known = rows.get(row.digest);
    rows.set(row.digest, known === undefined ? row : joined(known, row));
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

type Row = ReturnType<typeof rowOf>;

function joined(known: Row, seen: Row): Row {
  const sum = (counter: Counter): number => Math.min(MOST, known[counter] + seen[counter]);
  return {
    ...known,
    seen_by: known.seen_by | seen.seen_by,
    client_sessions: sum('client_sessions'),
    client_bytes: sum('client_bytes'),
    server_sessions: sum('server_sessions'),
    server_bytes: sum('server_bytes'),
    first_seen: known.first_seen < seen.first_seen ? known.first_seen : seen.first_seen,
    last_seen: known.last_seen > seen.last_seen ? known.last_seen : seen.last_seen,
  };
}

function rowOf(flow: FlowObservation, at: string) {
  const { client, server, seenBy, protocol, port = null, application = '', verdict, sessions, bytes } = flow;
  const key = {
    client_kind: client.kind,
    client_namespace: namespaceOf(client),
    client_name: nameOf(client.name),
    server_kind: server.kind,
    server_namespace: namespaceOf(server),
    server_name: nameOf(server.name),
    server_domain: server.kind === 'address' ? nameOf(server.domain ?? '') : '',
    protocol,
    port,
    application: nameOf(application),
    verdict,
  };
  const isClient = seenBy === 'client';
  return {
    digest: createHash('sha256')
      .update(JSON.stringify(Object.values(key)))
      .digest('base64'),
    ...key,
    seen_by: isClient ? 1 : 2,
    client_sessions: isClient ? sessions : 0,
    client_bytes: isClient ? bytes : 0,
    server_sessions: isClient ? 0 : sessions,
    server_bytes: isClient ? 0 : bytes,
    first_seen: at,
    last_seen: at,
  };
}
