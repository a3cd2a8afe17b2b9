import {
  decodeCursor,
  type EventBatch,
  type EventFilter,
  type EventPosition,
  type EventRetention,
  type EventStore,
  type Page,
  type PageRequest,
  type SequencedEvent,
  type StoredEvent,
  toPage,
} from '@bulkhead/control-plane';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { among } from '../among.ts';
import type { DialectName } from '../dialect/open-dialect.ts';
import { StoreError } from '../error.ts';
import type { Tables } from '../schema/tables.ts';
import { advance } from './advance.ts';
import { GroupCommit } from './group-commit.ts';
import { keepEvents } from './keep-events.ts';

/** Of one transaction: those of many agents that send at the same time, or one batch. More are no cheaper by the piece. */
const EVENTS_AT_ONCE = 2_000;
/** While the database works on one, the next is made ready. */
const GROUPS_AT_ONCE = 2;

interface Append {
  readonly batch: EventBatch;
  readonly receivedAt: string;
}

interface Appended {
  readonly stored: number;
  readonly position: EventPosition;
}

/** Events and how far each agent has come with its own, over either database. */
export class KyselyEventStore implements EventStore {
  readonly #db: Kysely<Tables>;
  readonly #appends: GroupCommit<Append, Appended>;

  constructor(db: Kysely<Tables>, dialect: DialectName) {
    this.#db = db;
    this.#appends = new GroupCommit({
      commit: (appends) => db.transaction().execute((transaction) => appendAll(transaction, dialect, appends)),
      keyOf: ({ batch }) => batch.agent,
      weightOf: ({ batch }) => batch.events.reduce((sum, event) => sum + rowsOf(event), 0),
      maxWeight: EVENTS_AT_ONCE,
      atOnce: dialect === 'postgres' ? GROUPS_AT_ONCE : 1,
      // Where the database itself is away or full, nobody fares better alone.
      isOfOne: (error) => !(error instanceof StoreError) || !error.retryable || error.code === 'STORE_CONFLICT',
    });
  }

  append(batch: EventBatch, receivedAt: string): Promise<Appended> {
    return this.#appends.add({ batch, receivedAt });
  }

  async position(agent: string): Promise<EventPosition | undefined> {
    const query = this.#db.selectFrom('agent_position').select(['epoch', 'sequence']).where('agent_id', '=', agent);
    return query.executeTakeFirst();
  }

  async list(filter: EventFilter, { limit, after }: PageRequest): Promise<Page<StoredEvent>> {
    const { namespaces, kind, workload, since, until } = filter;
    let query = this.#db.selectFrom('event').selectAll();
    if (namespaces !== undefined) query = query.where(among('namespace', namespaces));
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
}

function rowsOf({ flows, programs, files }: SequencedEvent): number {
  return Math.max(1, flows?.flows.length ?? 0, programs?.seen.length ?? 0, files?.seen.length ?? 0);
}

async function appendAll(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  appends: readonly Append[],
): Promise<readonly Appended[]> {
  const advances = await advance(
    transaction,
    dialect,
    appends.map(({ batch }) => batch),
  );
  const fresh = appends.map(({ batch, receivedAt }, index) => {
    const events = advances[index]?.fresh ?? [];
    return { agent: batch.agent, events, receivedAt };
  });
  await keepEvents(transaction, dialect, fresh);
  return advances.map(({ fresh: { length }, position }) => ({ stored: length, position }));
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
