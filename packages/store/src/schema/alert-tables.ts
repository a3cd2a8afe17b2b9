import type { Generated } from 'kysely';
import type { DialectWords } from './dialect-words.ts';

/** Alerts on their way. */
export interface AlertTables {
  readonly alert_delivery: AlertDeliveryTable;
}

interface AlertDeliveryTable {
  readonly id: Generated<number>;
  readonly sink: string;
  readonly state: 'waiting' | 'dead';
  /** When it may be tried; of one that is dead, since when. */
  readonly due_at: string;
  readonly failures: number;
  readonly problem: string;
  /** JSON of the alert. */
  readonly document: string;
}

/**
 * Incidents say how far alerts about them have come, in columns that adding an event does not touch. Those of before count
 * as told: an update is no reason to wake anybody.
 */
export function alertTables({ bigId, big, sorted }: DialectWords): readonly string[] {
  return [
    `alter table incident add column alerted_count ${big} not null default 0`,
    `alter table incident add column alerted_at ${sorted} not null default ''`,
    "update incident set alerted_count = count, alerted_at = last_seen where alerted_at = ''",
    'create index incident_alerted on incident (alerted_at, id)',
    `create table alert_delivery (
      id ${bigId}, sink ${sorted} not null, state ${sorted} not null, due_at ${sorted} not null, failures integer not null,
      problem text not null, document text not null)`,
    'create index alert_delivery_due on alert_delivery (sink, state, due_at, id)',
  ];
}
