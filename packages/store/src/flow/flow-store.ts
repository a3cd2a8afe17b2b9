import {
  decodeCursor,
  type Flow,
  type FlowFilter,
  type FlowPeer,
  type FlowStore,
  type Page,
  type PageRequest,
  toPage,
} from '@bulkhead/control-plane';
import type { Verdict } from '@bulkhead/core';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Flows, over either database. */
export class KyselyFlowStore implements FlowStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async list({ namespaces, verdict }: FlowFilter, { limit, after }: PageRequest): Promise<Page<Flow>> {
    let query = this.#db.selectFrom('flow').selectAll();
    if (namespaces !== undefined) {
      query = query.where((row) =>
        row.or([row('client_namespace', 'in', namespaces), row('server_namespace', 'in', namespaces)]),
      );
    }
    if (verdict !== undefined) query = query.where('verdict', '=', verdict);
    if (after !== undefined) {
      const [seen, id] = decodeCursor(after, ['string', 'number'] as const);
      query = query.where(sql<boolean>`(last_seen, id) < (${seen}, ${id})`);
    }
    const rows = await query
      .orderBy('last_seen', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, (row) => [row.last_seen, row.id], toFlow);
  }

  async prune(before: string, limit: number): Promise<number> {
    const old = this.#db
      .selectFrom('flow')
      .select('id')
      .where('last_seen', '<', before)
      .orderBy('last_seen')
      .orderBy('id')
      .limit(limit);
    const { numDeletedRows } = await this.#db.deleteFrom('flow').where('id', 'in', old).executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }
}

function toFlow(row: Selectable<Tables['flow']>): Flow {
  return {
    id: row.id,
    client: peer(row.client_kind, row.client_name, row.client_namespace),
    server: peer(row.server_kind, row.server_name, row.server_namespace),
    port: row.port,
    application: row.application,
    verdict: row.verdict as Verdict,
    bytes: row.bytes,
    sessions: row.sessions,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
  };
}

function peer(kind: string, name: string, namespace: string): FlowPeer {
  return { kind: kind as FlowPeer['kind'], name, ...(namespace !== '' && { namespace }) };
}
