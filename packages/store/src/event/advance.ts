import type { EventBatch, EventPosition, SequencedEvent } from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import type { DialectName } from '../dialect/open-dialect.ts';
import type { Tables } from '../schema/tables.ts';

/** What of a batch is not kept yet, and how far its agent is with it. */
export interface Advance {
  readonly fresh: readonly SequencedEvent[];
  readonly position: EventPosition;
}

/**
 * Notes how far batches bring their agents, one batch each, and gives the events in them that are not kept yet. Nearly
 * every batch begins where the one before it ended: one statement finds out which do, notes it, and holds their rows until
 * all of it is kept. The others are looked at one by one.
 */
export async function advance(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  batches: readonly EventBatch[],
): Promise<readonly Advance[]> {
  const following = await moveThoseThatFollow(transaction, dialect, batches);
  const advances = new Map<EventBatch, Advance>();
  // By agent, so that two transactions never wait for each other's row.
  for (const batch of batches.toSorted((a, b) => (a.agent < b.agent ? -1 : 1))) {
    const { agent, epoch, events } = batch;
    const last = events.at(-1);
    if (last !== undefined && following.has(agent)) {
      advances.set(batch, { fresh: events, position: { epoch, sequence: last.sequence } });
    } else {
      advances.set(batch, await moveOne(transaction, dialect, batch));
    }
  }
  return batches.flatMap((batch) => advances.get(batch) ?? []);
}

/** Gives the agents whose batch begins where what is kept of them ends. */
async function moveThoseThatFollow(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  batches: readonly EventBatch[],
): Promise<ReadonlySet<string>> {
  const steps = batches.flatMap(({ agent, epoch, events }) => {
    const [first, last] = [events.at(0), events.at(-1)];
    return first === undefined || last === undefined
      ? []
      : { agent, epoch, before: first.sequence - 1, last: last.sequence };
  });
  if (dialect === 'postgres') {
    const sorted = steps.toSorted((a, b) => (a.agent < b.agent ? -1 : 1));
    const column = <Key extends keyof (typeof sorted)[number]>(key: Key) => sorted.map((step) => step[key]);
    const { rows } = await sql<{ agent_id: string }>`
      update agent_position as p set sequence = b.last
      from unnest(${column('agent')}::text[], ${column('epoch')}::bigint[], ${column('before')}::bigint[],
        ${column('last')}::bigint[]) as b(agent, epoch, before, last)
      where p.agent_id = b.agent and p.epoch = b.epoch and p.sequence = b.before
      returning p.agent_id`.execute(transaction);
    return new Set(rows.map((row) => row.agent_id));
  }
  const moved = new Set<string>();
  for (const { agent, epoch, before, last } of steps) {
    const { numUpdatedRows } = await transaction
      .updateTable('agent_position')
      .set({ sequence: last })
      .where('agent_id', '=', agent)
      .where('epoch', '=', epoch)
      .where('sequence', '=', before)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) moved.add(agent);
  }
  return moved;
}

async function moveOne(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  { agent, epoch, events }: EventBatch,
): Promise<Advance> {
  const before = await lockedPosition(transaction, dialect, agent);
  const from = epoch === before.epoch ? before.sequence : 0;
  const fresh = epoch < before.epoch ? [] : events.filter(({ sequence }) => sequence > from);
  const newest = fresh.at(-1);
  if (newest === undefined) return { fresh, position: before };
  const position = { epoch, sequence: newest.sequence };
  await transaction.updateTable('agent_position').set(position).where('agent_id', '=', agent).execute();
  return { fresh, position };
}

/** Of two streams of one agent that overlap, the later waits for what the earlier has in work. */
async function lockedPosition(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  agent: string,
): Promise<EventPosition> {
  await transaction
    .insertInto('agent_position')
    .values({ agent_id: agent, epoch: 0, sequence: 0 })
    .onConflict((conflict) => conflict.column('agent_id').doNothing())
    .execute();
  const query = transaction.selectFrom('agent_position').select(['epoch', 'sequence']).where('agent_id', '=', agent);
  return (dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirstOrThrow();
}
