import {
  incidentOfQuarantine,
  incidentOfStop,
  type Observation,
  type QuarantineRequest,
  stopFingerprint,
} from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import type { DialectName } from '../dialect/open-dialect.ts';
import { exclusively } from '../exclusive.ts';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';
import { unlessHeld } from './unless-held.ts';

/** A request, the event it is made for, and when that came. */
export interface AskedQuarantine {
  readonly request: QuarantineRequest;
  readonly observation: Observation & { readonly receivedAt: string };
  readonly eventId: number;
}

export interface IncidentOfEvent {
  readonly observation: Observation;
  readonly eventId: number;
}

/** Keeps what rules ask to be cut off, as far as they may, and gives the incidents that follow from it. */
export async function addQuarantines(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  asked: readonly AskedQuarantine[],
): Promise<readonly IncidentOfEvent[]> {
  if (asked.length === 0) return [];
  // What is counted here must not be added to by others at the same time.
  await exclusively(transaction, dialect, 'quarantine');
  const incidents: IncidentOfEvent[] = [];
  // A flood of events about one workload asks the same again and again.
  const once = new Map<string, AskedQuarantine>();
  for (const one of asked) {
    const { rule, node, netns } = one.request;
    once.set(JSON.stringify([rule, node, netns]), one);
  }
  for (const { request, observation, eventId } of once.values()) {
    const incident = await addOne(transaction, request, observation, eventId);
    if (incident !== undefined) incidents.push({ observation: { ...observation, incident }, eventId });
  }
  return incidents;
}

async function addOne(
  transaction: Transaction<Tables>,
  request: QuarantineRequest,
  { kind, at, receivedAt }: AskedQuarantine['observation'],
  eventId: number,
): Promise<Observation['incident']> {
  const { rule, node, netns, workload, atMost } = request;
  if (await isSettled(transaction, request, at)) return undefined;
  if ((await countedSince(transaction, request, receivedAt)) >= atMost) return incidentOfStop(request);
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('quarantine')
    .values({
      node: keptText(node),
      netns: keptText(netns),
      workload: keptText(workload),
      cause: 'rule',
      cause_name: rule,
      reason: `the response rule ${rule}: ${kind} (event ${eventId})`,
      since: receivedAt,
      state: 'wanted',
    })
    // A person may have cut it off in the meantime.
    .onConflict(unlessHeld)
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n ? incidentOfQuarantine(request, kind) : undefined;
}

/** Whether it is cut off already, or was released after what happened: a late event does not undo that. */
async function isSettled(
  transaction: Transaction<Tables>,
  { node, netns }: QuarantineRequest,
  at: string,
): Promise<boolean> {
  const found = await transaction
    .selectFrom('quarantine')
    .select('id')
    .where('node', '=', keptText(node))
    .where('netns', '=', keptText(netns))
    .where((where) => where.or([where('ended_at', 'is', null), where('ended_at', '>=', at)]))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** What a rule has cut off within its time, and since people had it go on; without end while it is stopped. */
async function countedSince(
  transaction: Transaction<Tables>,
  { rule, withinMs }: QuarantineRequest,
  now: string,
): Promise<number> {
  const stops = await transaction
    .selectFrom('incident')
    .select((row) => ['state', row.fn.max('changed_at').as('changed_at')] as const)
    .where('fingerprint', '=', stopFingerprint(rule))
    .groupBy('state')
    .execute();
  if (stops.some(({ state }) => state !== 'closed')) return Number.POSITIVE_INFINITY;
  const begin = new Date(Date.parse(now) - withinMs).toISOString();
  const goneOn = stops[0]?.changed_at ?? '';
  const { count } = await transaction
    .selectFrom('quarantine')
    .select(sql<number | string>`count(*)`.as('count'))
    .where('cause', '=', 'rule')
    .where('cause_name', '=', rule)
    .where('since', '>', begin > goneOn ? begin : goneOn)
    .executeTakeFirstOrThrow();
  return Number(count);
}
