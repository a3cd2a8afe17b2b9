import {
  Alert,
  type AlertCount,
  type AlertOutbox,
  type DeadAlert,
  MAX_WAITING,
  type RaiseOutcome,
  type RaiseRequest,
  type WaitingAlert,
} from '@bulkhead/alerts';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { DialectName } from '../dialect/open-dialect.ts';
import type { Tables } from '../schema/tables.ts';
import { alertOfIncident } from './alert-of-incident.ts';

type Which = { readonly id?: number | undefined; readonly sink?: string | undefined };

/** Alerts on their way, over either database. */
export class KyselyAlertOutbox implements AlertOutbox {
  readonly #db: Kysely<Tables>;
  readonly #dialect: DialectName;

  constructor(db: Kysely<Tables>, dialect: DialectName) {
    this.#db = db;
    this.#dialect = dialect;
  }

  async raise(request: RaiseRequest): Promise<RaiseOutcome> {
    // Mostly there is nothing to tell: then nothing is locked.
    if ((await this.#dueIncidents(this.#db, { ...request, limit: 1 }).execute()).length === 0) return NOTHING;
    return this.#db.transaction().execute(async (transaction) => {
      const query = this.#dueIncidents(transaction, request);
      const rows = await (this.#dialect === 'postgres' ? query.forUpdate().skipLocked() : query).execute();
      const alerts = rows
        .filter(({ state }) => state !== 'closed')
        .map((row) => alertOfIncident(row, request.newId(), request.now));
      const dropped = await queue(transaction, alerts, request);
      for (const chunk of chunks(rows)) {
        await transaction
          .updateTable('incident')
          .set({ alerted_at: request.now, alerted_count: sql<number>`count` })
          .where(
            'id',
            'in',
            chunk.map(({ id }) => id),
          )
          .execute();
      }
      return { seen: rows.length, raised: alerts.length, dropped };
    });
  }

  async claim(
    sink: string,
    { now, until, limit }: Parameters<AlertOutbox['claim']>[1],
  ): Promise<readonly WaitingAlert[]> {
    const due = (db: Kysely<Tables>) =>
      db
        .selectFrom('alert_delivery')
        .selectAll()
        .where('sink', '=', sink)
        .where('state', '=', 'waiting')
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .orderBy('id')
        .limit(limit);
    if ((await due(this.#db).limit(1).execute()).length === 0) return [];
    return this.#db.transaction().execute(async (transaction) => {
      const query = due(transaction);
      const rows = await (this.#dialect === 'postgres' ? query.forUpdate().skipLocked() : query).execute();
      if (rows.length === 0) return [];
      await transaction
        .updateTable('alert_delivery')
        .set({ due_at: until })
        .where(
          'id',
          'in',
          rows.map(({ id }) => id),
        )
        .execute();
      return rows.map(toWaiting);
    });
  }

  async delivered(ids: readonly number[]): Promise<void> {
    if (ids.length > 0) await this.#db.deleteFrom('alert_delivery').where('id', 'in', ids).execute();
  }

  async failed(
    ids: readonly number[],
    { problem, dueAt, isDead }: Parameters<AlertOutbox['failed']>[1],
  ): Promise<void> {
    if (ids.length === 0) return;
    await this.#db
      .updateTable('alert_delivery')
      .set({
        state: isDead ? 'dead' : 'waiting',
        due_at: dueAt,
        problem,
        failures: sql<number>`failures + 1`,
      })
      .where('id', 'in', ids)
      .execute();
  }

  async counts(): Promise<readonly AlertCount[]> {
    const rows = await this.#db
      .selectFrom('alert_delivery')
      .select(['sink', 'state', (row) => row.fn.countAll<number>().as('count')])
      .groupBy(['sink', 'state'])
      .execute();
    const counts = new Map<string, AlertCount>();
    for (const { sink, state, count } of rows) {
      counts.set(sink, { waiting: 0, dead: 0, ...counts.get(sink), sink, [state]: count });
    }
    return [...counts.values()];
  }

  async dead({ sink, before, limit }: Parameters<AlertOutbox['dead']>[0]): Promise<readonly DeadAlert[]> {
    let query = this.#db.selectFrom('alert_delivery').selectAll().where('state', '=', 'dead');
    if (sink !== undefined) query = query.where('sink', '=', sink);
    if (before !== undefined) query = query.where('id', '<', before);
    const rows = await query.orderBy('id', 'desc').limit(limit).execute();
    return rows.map((row) => ({ ...toWaiting(row), sink: row.sink, problem: row.problem, diedAt: row.due_at }));
  }

  async revive({ id, sink }: Which, now: string): Promise<number> {
    let query = this.#db
      .updateTable('alert_delivery')
      .set({ state: 'waiting', due_at: now, failures: 0 })
      .where('state', '=', 'dead');
    if (id !== undefined) query = query.where('id', '=', id);
    if (sink !== undefined) query = query.where('sink', '=', sink);
    return Number((await query.executeTakeFirstOrThrow()).numUpdatedRows);
  }

  async drop({ id, sink }: Which): Promise<number> {
    let query = this.#db.deleteFrom('alert_delivery').where('state', '=', 'dead');
    if (id !== undefined) query = query.where('id', '=', id);
    if (sink !== undefined) query = query.where('sink', '=', sink);
    return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
  }

  async prune(before: string): Promise<number> {
    const query = this.#db.deleteFrom('alert_delivery').where('due_at', '<', before);
    return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
  }

  /** New ones first; of those that were told of, the ones that went on since and that nobody has taken over. */
  #dueIncidents(db: Kysely<Tables>, { repeatBefore, limit }: Pick<RaiseRequest, 'repeatBefore' | 'limit'>) {
    return db
      .selectFrom('incident')
      .selectAll()
      .where((where) =>
        repeatBefore === undefined
          ? where('alerted_at', '=', '')
          : where.or([
              where('alerted_at', '=', ''),
              where.and([
                where('alerted_at', '<', repeatBefore),
                where('count', '>', where.ref('alerted_count')),
                where('state', '=', 'open'),
              ]),
            ]),
      )
      .orderBy('alerted_at')
      .orderBy('id')
      .limit(limit);
  }
}

const NOTHING: RaiseOutcome = { seen: 0, raised: 0, dropped: new Map() };

/** Adds a row for each alert and each sink that is to have it, unless too many wait there. Gives what was left out, by sink. */
async function queue(
  transaction: Transaction<Tables>,
  alerts: readonly Alert[],
  { now, sinksFor }: Pick<RaiseRequest, 'now' | 'sinksFor'>,
): Promise<ReadonlyMap<string, number>> {
  const wanted = alerts.flatMap((alert) => sinksFor(alert).map((sink) => ({ sink, document: JSON.stringify(alert) })));
  const dropped = new Map<string, number>();
  if (wanted.length === 0) return dropped;
  const counted = await transaction
    .selectFrom('alert_delivery')
    .select(['sink', (row) => row.fn.countAll<number>().as('count')])
    .where('state', '=', 'waiting')
    .where('sink', 'in', [...new Set(wanted.map(({ sink }) => sink))])
    .groupBy('sink')
    .execute();
  const waiting = new Map(counted.map(({ sink, count }) => [sink, count]));
  const rows = wanted.filter(({ sink }) => {
    const before = waiting.get(sink) ?? 0;
    if (before >= MAX_WAITING) dropped.set(sink, (dropped.get(sink) ?? 0) + 1);
    else waiting.set(sink, before + 1);
    return before < MAX_WAITING;
  });
  for (const chunk of chunks(rows)) {
    const values = chunk.map((row) => ({ ...row, state: 'waiting' as const, due_at: now, failures: 0, problem: '' }));
    await transaction.insertInto('alert_delivery').values(values).execute();
  }
  return dropped;
}

function toWaiting({ id, document, failures }: Selectable<Tables['alert_delivery']>): WaitingAlert {
  return { id, failures, alert: Alert.parse(JSON.parse(document)) };
}
