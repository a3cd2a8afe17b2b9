import {
  decodeCursor,
  type Flow,
  type FlowEnd,
  type FlowFilter,
  type FlowGroups,
  type FlowRetention,
  type FlowStore,
  type Page,
  type PageRequest,
  toPage,
} from '@bulkhead/control-plane';
import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely';
import { among } from '../among.ts';
import { pruneSeen } from '../prune-seen.ts';
import type { Tables } from '../schema/tables.ts';

const SIDES = ['client', 'server'] as const;

/** Flows, over either database. */
export class KyselyFlowStore implements FlowStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async list(filter: FlowFilter, { limit, after }: PageRequest): Promise<Page<Flow>> {
    const { verdict, application, port, since } = filter;
    let query = this.#db.selectFrom('flow').selectAll();
    if (filter.namespaces !== undefined || filter.workload !== undefined) {
      query = query.where((row) => row.or(SIDES.map((side) => isAt(row, side, filter))));
    }
    if (verdict !== undefined) query = query.where('verdict', '=', verdict);
    if (application !== undefined) query = query.where('application', '=', application);
    if (port !== undefined) query = query.where('port', '=', port);
    if (since !== undefined) query = query.where('last_seen', '>=', since);
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

  async inOrder(after: number, since: string, limit: number): Promise<readonly Flow[]> {
    const later = this.#db.selectFrom('flow').selectAll().where('id', '>', after).where('last_seen', '>=', since);
    return (await later.orderBy('id').limit(limit).execute()).map(toFlow);
  }

  async groups(limit: number): Promise<readonly FlowGroups[]> {
    const query = this.#db.selectFrom('flow_groups').selectAll().orderBy('last_seen', 'desc').limit(limit);
    return (await query.execute()).map(({ namespace, name, groups, last_seen: lastSeen }) => ({
      ...(namespace !== '' && { namespace }),
      name,
      groups: JSON.parse(groups) as readonly string[],
      lastSeen,
    }));
  }

  async prune({ seenBefore, maxFlows: most }: FlowRetention, limit: number): Promise<number> {
    // There are far fewer of them than of flows, unless an agent makes them up: those that nobody was in for as long go with them.
    for (let count = limit; count === limit; ) {
      // oxlint-disable-next-line no-await-in-loop -- in steps, so that events get between
      count = await pruneSeen(this.#db, 'flow_groups', { seenBefore, most }, limit);
    }
    return pruneSeen(this.#db, 'flow', { seenBefore, most }, limit);
  }
}

/** Whether one end is what is asked for. */
function isAt(
  row: ExpressionBuilder<Tables, 'flow'>,
  side: (typeof SIDES)[number],
  { namespaces, workload }: Pick<FlowFilter, 'namespaces' | 'workload'>,
) {
  return row.and([
    row(`${side}_kind`, '=', 'workload'),
    ...(namespaces === undefined ? [] : [among(`${side}_namespace`, namespaces)]),
    ...(workload === undefined ? [] : [row(`${side}_name`, '=', workload)]),
  ]);
}

function toFlow(row: Selectable<Tables['flow']>): Flow {
  return {
    id: row.id,
    client: endOf(row.client_kind, row.client_name, row.client_namespace),
    server: endOf(row.server_kind, row.server_name, row.server_namespace, row.server_domain),
    seenBy: SIDES.filter((_, bit) => (row.seen_by & (1 << bit)) !== 0),
    protocol: row.protocol,
    ...(row.port !== null && { port: row.port }),
    ...(row.application !== '' && { application: row.application }),
    verdict: row.verdict,
    // Where both ends tell of it, each has missed what it had no room for, or was not there for.
    bytes: Math.max(row.client_bytes, row.server_bytes),
    sessions: Math.max(row.client_sessions, row.server_sessions),
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
  };
}

function endOf(kind: FlowEnd['kind'], name: string, namespace: string, domain = ''): FlowEnd {
  if (kind === 'workload') return { kind, ...(namespace !== '' && { namespace }), name };
  return { kind, name, ...(domain !== '' && { domain }) };
}
