import {
  decodeCursor,
  type EventBatch,
  type EventFilter,
  type EventPosition,
  type EventRetention,
  type EventStore,
  FlowObservation,
  type Observation,
  observe,
  type Page,
  type PageRequest,
  type SequencedEvent,
  type StoredEvent,
  toPage,
} from '@bulkhead/control-plane';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { DialectName } from '../dialect/open-dialect.ts';
import { addFlows } from '../flow/add-flows.ts';
import { addToIncidents } from '../incident/add-to-incidents.ts';
import type { Tables } from '../schema/tables.ts';

/** Events and how far each agent has come with its own, over either database. */
export class KyselyEventStore implements EventStore {
  readonly #db: Kysely<Tables>;
  readonly #dialect: DialectName;

  constructor(db: Kysely<Tables>, dialect: DialectName) {
    this.#db = db;
    this.#dialect = dialect;
  }

  append(
    batch: EventBatch,
    receivedAt: string,
  ): Promise<{ readonly stored: number; readonly position: EventPosition }> {
    return this.#db.transaction().execute(async (transaction) => {
      const { fresh, position } = await this.#advance(transaction, batch);
      if (fresh.length > 0) await this.#keep(transaction, batch.agent, fresh, receivedAt);
      return { stored: fresh.length, position };
    });
  }

  async position(agent: string): Promise<EventPosition | undefined> {
    return this.#position(this.#db, agent).executeTakeFirst();
  }

  async list(filter: EventFilter, { limit, after }: PageRequest): Promise<Page<StoredEvent>> {
    const { namespaces, kind, workload, since, until } = filter;
    let query = this.#db.selectFrom('event').selectAll();
    if (namespaces !== undefined) query = query.where('namespace', 'in', namespaces);
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (workload !== undefined) query = query.where('workload', '=', workload);
    if (since !== undefined) query = query.where('received_at', '>=', since);
    if (until !== undefined) query = query.where('received_at', '<', until);
    if (after !== undefined) {
      const [at, id] = decodeCursor(after, ['string', 'number'] as const);
      query = query.where(sql<boolean>`(received_at, id) < (${at}, ${id})`);
    }
    const rows = await query
      .orderBy('received_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, (row) => [row.received_at, row.id], toEvent);
  }

  async get(id: number): Promise<StoredEvent | undefined> {
    const row = await this.#db.selectFrom('event').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toEvent(row);
  }

  async prune({ receivedBefore, maxEvents }: EventRetention, limit: number): Promise<number> {
    const old = this.#db
      .selectFrom('event')
      .select('id')
      .where('received_at', '<', receivedBefore)
      .orderBy('received_at')
      .orderBy('id')
      .limit(limit);
    const { numDeletedRows } = await this.#db.deleteFrom('event').where('id', 'in', old).executeTakeFirstOrThrow();
    const room = limit - Number(numDeletedRows);
    if (room === 0) return limit;
    // Identifiers have gaps where a transaction failed: there are never more events than they span.
    const newest = this.#db.selectFrom('event').select((row) => row.fn.max('id').as('id'));
    const { id: last } = await newest.executeTakeFirstOrThrow();
    if (last === null) return Number(numDeletedRows);
    const surplus = this.#db
      .selectFrom('event')
      .select('id')
      .where('id', '<=', last - maxEvents)
      .orderBy('id')
      .limit(room);
    const more = await this.#db.deleteFrom('event').where('id', 'in', surplus).executeTakeFirstOrThrow();
    return Number(numDeletedRows + more.numDeletedRows);
  }

  #position(db: Kysely<Tables>, agent: string) {
    return db.selectFrom('agent_position').select(['epoch', 'sequence']).where('agent_id', '=', agent);
  }

  /**
   * Notes how far a batch brings its agent, and gives the events in it that are not kept yet. Nearly every batch begins where
   * the one before it ended: then one statement finds that out, notes it, and holds the row until all of it is kept.
   */
  async #advance(
    transaction: Transaction<Tables>,
    { agent, epoch, events }: EventBatch,
  ): Promise<{ readonly fresh: readonly SequencedEvent[]; readonly position: EventPosition }> {
    const [first, last] = [events.at(0), events.at(-1)];
    const row = transaction.updateTable('agent_position').where('agent_id', '=', agent);
    if (first !== undefined && last !== undefined) {
      const { numUpdatedRows } = await row
        .set({ sequence: last.sequence })
        .where('epoch', '=', epoch)
        .where('sequence', '=', first.sequence - 1)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n) return { fresh: events, position: { epoch, sequence: last.sequence } };
    }
    const before = await this.#lockedPosition(transaction, agent);
    const from = epoch === before.epoch ? before.sequence : 0;
    const fresh = epoch < before.epoch ? [] : events.filter(({ sequence }) => sequence > from);
    const newest = fresh.at(-1);
    if (newest === undefined) return { fresh, position: before };
    const position = { epoch, sequence: newest.sequence };
    await row.set(position).execute();
    return { fresh, position };
  }

  /** Of two streams of one agent that overlap, the later waits for what the earlier has in work. */
  async #lockedPosition(transaction: Transaction<Tables>, agent: string): Promise<EventPosition> {
    await transaction
      .insertInto('agent_position')
      .values({ agent_id: agent, epoch: 0, sequence: 0 })
      .onConflict((conflict) => conflict.column('agent_id').doNothing())
      .execute();
    const query = this.#position(transaction, agent);
    return (this.#dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirstOrThrow();
  }

  async #keep(
    transaction: Transaction<Tables>,
    agent: string,
    events: readonly SequencedEvent[],
    receivedAt: string,
  ): Promise<void> {
    const flows: { readonly flow: FlowObservation; readonly at: string }[] = [];
    const others: Observation[] = [];
    for (const { document } of events) {
      const observation = observe(document, receivedAt);
      const flow = observation.kind === 'flow' ? FlowObservation.safeParse(observation.document).data : undefined;
      if (flow === undefined) others.push(observation);
      else flows.push({ flow, at: observation.at });
    }
    const ids: number[] = [];
    for (const chunk of chunks(others)) {
      const rows = chunk.map(({ at, kind, namespace = '', workload = '', document }) => ({
        agent_id: agent,
        at,
        received_at: receivedAt,
        kind,
        namespace,
        workload,
        document: JSON.stringify(document),
      }));
      const inserted = await transaction.insertInto('event').values(rows).returning('id').execute();
      // Given in the order of the rows; the order in which they are returned is nobody's promise.
      ids.push(...inserted.map(({ id }) => id).toSorted((a, b) => a - b));
    }
    await addToIncidents(
      transaction,
      others.map((observation, index) => ({ observation, eventId: ids[index] ?? 0 })),
    );
    await addFlows(transaction, flows);
  }
}

function toEvent(row: Selectable<Tables['event']>): StoredEvent {
  return {
    id: row.id,
    agent: row.agent_id,
    at: row.at,
    receivedAt: row.received_at,
    kind: row.kind,
    ...(row.namespace !== '' && { namespace: row.namespace }),
    ...(row.workload !== '' && { workload: row.workload }),
    document: JSON.parse(row.document) as Record<string, unknown>,
  };
}
