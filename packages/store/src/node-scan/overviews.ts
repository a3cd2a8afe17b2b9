import type { DatabaseStatus } from '@bulkhead/scanner';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from '../schema/tables.ts';
import type { NodeScanOverview, NodeScanState, ScannedWorkload } from './node-scan.ts';

const COLUMNS = [
  'id',
  'scan',
  'agent_id',
  'node',
  'workload',
  'namespace',
  'pod',
  'name',
  'state',
  'asked_at',
  'changed_at',
  'failure_code',
  'failure',
  'scanned_at',
  'packages',
  'gaps',
  'judged_gaps',
  'judged_at',
  'database_status',
] as const;

type OverviewRow = Pick<Selectable<Tables['node_scan']>, (typeof COLUMNS)[number]>;

/** What overviews are made of: neither SBOMs nor findings, which are large. */
export function selectOverviews(db: Kysely<Tables>) {
  return db.selectFrom('node_scan').select(COLUMNS);
}

export async function overviewsOf(
  db: Kysely<Tables>,
  rows: readonly OverviewRow[],
): Promise<readonly NodeScanOverview[]> {
  if (rows.length === 0) return [];
  const counts = await db
    .selectFrom('node_scan_finding')
    .select((row) => ['scan_id', 'severity', row.fn.countAll<number | string>().as('count')])
    .where(
      'scan_id',
      'in',
      rows.map(({ id }) => id),
    )
    .where('kind', '=', 'vulnerability')
    .where('counts', '=', 1)
    .groupBy(['scan_id', 'severity'])
    .execute();
  return rows.map((row) => {
    const own = counts.filter(({ scan_id: of }) => of === row.id);
    const workload = workloadOf(row);
    return {
      scan: row.scan,
      agent: row.agent_id,
      node: row.node,
      ...(workload !== undefined && { workload }),
      state: row.state as NodeScanState,
      askedAt: row.asked_at,
      since: row.changed_at,
      ...(row.failure_code !== null && { failure: { code: row.failure_code, message: row.failure ?? '' } }),
      ...(row.scanned_at !== null && { scannedAt: row.scanned_at }),
      ...(row.packages !== null && { packages: row.packages }),
      ...(row.gaps !== null && { gaps: row.gaps + (row.judged_gaps ?? 0) }),
      ...(row.judged_at !== null && { judgedAt: row.judged_at }),
      ...(row.database_status !== null && { advisories: JSON.parse(row.database_status) as DatabaseStatus }),
      vulnerabilities: Object.fromEntries(own.map(({ severity, count }) => [severity, Number(count)])),
    };
  });
}

function workloadOf({ workload: id, name, namespace, pod }: OverviewRow): ScannedWorkload | undefined {
  if (id === '') return undefined;
  return { id, name, ...(namespace !== '' && { namespace }), ...(pod !== '' && { pod }) };
}
