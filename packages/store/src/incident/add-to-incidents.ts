import type { Observation } from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';

/** Adds observations to the open incidents of their causes, or opens them. */
export async function addToIncidents(
  transaction: Transaction<Tables>,
  observed: readonly { readonly observation: Observation; readonly eventId: number }[],
): Promise<void> {
  const rows = new Map<string, NewIncident>();
  for (const { observation, eventId } of observed) {
    const { incident, at, namespace = '', workload = '' } = observation;
    if (incident === undefined) continue;
    const known = rows.get(incident.fingerprint);
    rows.set(incident.fingerprint, {
      fingerprint: incident.fingerprint,
      kind: incident.kind,
      title: incident.title,
      severity: incident.severity,
      namespace,
      workload,
      state: 'open',
      count: (known?.count ?? 0) + 1,
      first_seen: known?.first_seen ?? at,
      last_seen: at,
      last_event: eventId,
      rule: incident.rule ?? '',
    });
  }
  // By cause, so that two transactions never wait for each other's row.
  const sorted = [...rows.values()].toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  for (const chunk of chunks(sorted)) {
    await transaction
      .insertInto('incident')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .column('fingerprint')
          // Written out: the index of open incidents is only recognised by its very words.
          .where(sql<boolean>`state <> 'closed'`)
          .doUpdateSet({
            count: sql<number>`incident.count + excluded.count`,
            last_seen: sql<string>`excluded.last_seen`,
            last_event: sql<number>`excluded.last_event`,
            title: sql<string>`excluded.title`,
          }),
      )
      .execute();
  }
}

interface NewIncident {
  readonly fingerprint: string;
  readonly kind: string;
  readonly title: string;
  readonly severity: string;
  readonly namespace: string;
  readonly workload: string;
  readonly state: 'open';
  readonly count: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly last_event: number;
  readonly rule: string;
}
