import {
  incidentOfRule,
  type Observation,
  observe,
  type QuarantineRequest,
  type SequencedEvent,
} from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import { addSeen, seenIn } from '../container/add-seen.ts';
import type { DialectName } from '../dialect/open-dialect.ts';
import { fileRow } from '../file/file-row.ts';
import { addFlowGroups, type SeenGroups } from '../flow/add-flow-groups.ts';
import { addFlows, type SeenFlow } from '../flow/add-flows.ts';
import { addToIncidents } from '../incident/add-to-incidents.ts';
import { noteScanEnds } from '../node-scan/note-scan-ends.ts';
import { programRow } from '../program/program-row.ts';
import { addQuarantines } from '../quarantine/add-quarantines.ts';
import type { Tables } from '../schema/tables.ts';

/** Events of one agent that are not kept yet. */
export interface FreshEvents {
  readonly agent: string;
  readonly events: readonly SequencedEvent[];
  readonly receivedAt: string;
}

interface Observed extends Observation {
  readonly agent: string;
  readonly receivedAt: string;
  readonly rules: readonly string[];
  readonly quarantines: readonly QuarantineRequest[];
}

/** Keeps events, and what follows from them for flows, programs, files and incidents. */
export async function keepEvents(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  batches: readonly FreshEvents[],
): Promise<void> {
  const seen: SeenFlow[] = [];
  const groups: SeenGroups[] = [];
  const run: ReturnType<typeof programRow>[] = [];
  const written: ReturnType<typeof fileRow>[] = [];
  const others: Observed[] = [];
  for (const { agent, events, receivedAt } of batches) {
    for (const { document, rules = [], quarantines = [], flows, programs, files } of events) {
      if (flows !== undefined) seen.push(...flows.flows.map((flow) => ({ flow, at: flows.at, agent })));
      if (flows?.local !== undefined) groups.push({ ...flows.local, at: flows.at, agent });
      if (programs !== undefined) run.push(...seenIn(programs, agent).map(programRow));
      if (files !== undefined) written.push(...seenIn(files, agent).map(fileRow));
      const told = flows ?? programs ?? files;
      const isKept = told === undefined || told.malformed > 0;
      if (isKept) others.push({ ...observe(document, receivedAt), agent, receivedAt, rules, quarantines });
    }
  }
  const ids: number[] = [];
  const portions = dialect === 'postgres' ? chunks(others, Math.max(1, others.length)) : chunks(others);
  for (const portion of portions) {
    const given = await (dialect === 'postgres' ? insertArrays : insertRows)(transaction, portion);
    // Given in the order of the rows; the order in which they are returned is nobody's promise.
    ids.push(...given.toSorted((a, b) => a - b));
  }
  const cutOff = await addQuarantines(
    transaction,
    dialect,
    others.flatMap((observation, index) =>
      observation.quarantines.map((request) => ({ request, observation, eventId: ids[index] ?? 0 })),
    ),
  );
  await addToIncidents(transaction, [
    ...others.flatMap((observation, index) => {
      const eventId = ids[index] ?? 0;
      const asked = observation.rules.map((rule) => ({
        observation: { ...observation, incident: incidentOfRule(rule, observation) },
        eventId,
      }));
      return [{ observation, eventId }, ...asked];
    }),
    ...cutOff,
  ]);
  await noteScanEnds(transaction, others);
  await addFlows(transaction, dialect, seen);
  await addFlowGroups(transaction, groups);
  await addSeen(transaction, 'program', run);
  await addSeen(transaction, 'file', written);
}

async function insertRows(transaction: Transaction<Tables>, observed: readonly Observed[]): Promise<readonly number[]> {
  const rows = observed.map(({ agent, receivedAt, at, kind, namespace = '', workload = '', text }) => ({
    agent_id: agent,
    at,
    received_at: receivedAt,
    kind,
    namespace,
    workload,
    document: text,
  }));
  const inserted = await transaction.insertInto('event').values(rows).returning('id').execute();
  return inserted.map(({ id }) => id);
}

/**
 * A parameter for each column instead of one for each value: less to write, and one statement for any number of rows. Documents
 * are lines, as JSON has no end of line in it: the elements of an array would be escaped, which costs a tenth of all.
 */
async function insertArrays(
  transaction: Transaction<Tables>,
  observed: readonly Observed[],
): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    insert into event (agent_id, at, received_at, kind, namespace, workload, document)
    select agent_id, at, received_at, kind, namespace, workload, document
    from unnest(
      ${observed.map(({ agent }) => agent)}::text[], ${observed.map(({ at }) => at)}::text[],
      ${observed.map(({ receivedAt }) => receivedAt)}::text[], ${observed.map(({ kind }) => kind)}::text[],
      ${observed.map(({ namespace = '' }) => namespace)}::text[],
      ${observed.map(({ workload = '' }) => workload)}::text[],
      string_to_array(${observed.map(({ text }) => text).join('\n')}, chr(10)))
      with ordinality as e(agent_id, at, received_at, kind, namespace, workload, document, place)
    order by place
    returning id`.execute(transaction);
  return rows.map(({ id }) => id);
}
