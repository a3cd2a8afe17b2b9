import {
  decodeCursor,
  type Incident,
  type IncidentFilter,
  type IncidentState,
  type IncidentStore,
  type Page,
  type PageRequest,
  toPage,
} from '@bulkhead/control-plane';
import type { Severity } from '@bulkhead/core';
import type { Kysely, Selectable } from 'kysely';
import { among } from '../among.ts';
import type { Tables } from '../schema/tables.ts';

/** Incidents, over either database. */
export class KyselyIncidentStore implements IncidentStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async list({ namespaces, state }: IncidentFilter, { limit, after }: PageRequest): Promise<Page<Incident>> {
    let query = this.#db.selectFrom('incident').selectAll();
    if (namespaces !== undefined) query = query.where(among('namespace', namespaces));
    if (state !== undefined) query = query.where('state', '=', state);
    if (after !== undefined) query = query.where('id', '<', decodeCursor(after, ['number'] as const)[0]);
    const rows = await query
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, ({ id }) => [id], toIncident);
  }

  async get(id: number): Promise<Incident | undefined> {
    const row = await this.#db.selectFrom('incident').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toIncident(row);
  }

  change(
    id: number,
    { state, note, by, at }: Parameters<IncidentStore['change']>[1],
  ): Promise<'changed' | 'absent' | 'conflict'> {
    return this.#db.transaction().execute(async (transaction) => {
      const row = await transaction
        .selectFrom('incident')
        .select(['fingerprint', 'state'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return 'absent';
      if (row.state === 'closed' && state !== 'closed') {
        const other = await transaction
          .selectFrom('incident')
          .select('id')
          .where('fingerprint', '=', row.fingerprint)
          .where('state', '<>', 'closed')
          .executeTakeFirst();
        if (other !== undefined) return 'conflict';
      }
      await transaction
        .updateTable('incident')
        .set({ state, changed_by: by, changed_at: at, ...(note !== undefined && { note }) })
        .where('id', '=', id)
        .execute();
      return 'changed';
    });
  }
}

function toIncident(row: Selectable<Tables['incident']>): Incident {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    severity: row.severity as Severity,
    ...(row.namespace !== '' && { namespace: row.namespace }),
    ...(row.workload !== '' && { workload: row.workload }),
    ...(row.rule !== '' && { rule: row.rule }),
    state: row.state as IncidentState,
    count: row.count,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    lastEvent: row.last_event,
    ...(row.changed_by !== null && { changedBy: row.changed_by }),
    ...(row.changed_at !== null && { changedAt: row.changed_at }),
    ...(row.note !== null && { note: row.note }),
  };
}
