import { Alert } from '@bulkhead/alerts';
import type { Selectable } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** What is told about an incident. */
export function alertOfIncident(row: Selectable<Tables['incident']>, id: string, at: string): Alert {
  return Alert.parse({
    id,
    kind: row.kind,
    severity: row.severity,
    title: row.title,
    at,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    count: row.count,
    cause: row.fingerprint,
    incident: row.id,
    ...(row.namespace !== '' && { namespace: row.namespace }),
    ...(row.workload !== '' && { workload: row.workload }),
    ...(row.rule !== '' && { rule: row.rule }),
  });
}
