import { decodeCursor, type Page, type PageRequest, toPage } from '@bulkhead/control-plane';
import type { Kysely } from 'kysely';
import { among } from '../among.ts';
import { indexText } from '../scan/index-text.ts';
import type { Tables } from '../schema/tables.ts';
import type { NodeScanFilter, NodeScanOverview } from './node-scan.ts';
import { overviewsOf, selectOverviews } from './overviews.ts';

/** Scans that a filter lets through, newest first. */
export async function listScans(
  db: Kysely<Tables>,
  { namespaces, node, workload, state, vulnerability }: NodeScanFilter,
  { limit, after }: PageRequest,
): Promise<Page<NodeScanOverview>> {
  let query = selectOverviews(db);
  if (namespaces !== undefined) query = query.where(among('namespace', namespaces));
  if (node !== undefined) query = query.where('node', '=', node);
  if (workload !== undefined) query = query.where('workload', '=', workload);
  if (state !== undefined) query = query.where('state', '=', state);
  if (vulnerability !== undefined) {
    const affected = db
      .selectFrom('node_scan_finding')
      .select('scan_id')
      .where('name', '=', indexText(vulnerability))
      .where('kind', '=', 'vulnerability')
      .where('counts', '=', 1);
    query = query.where('id', 'in', affected);
  }
  if (after !== undefined) query = query.where('id', '<', decodeCursor(after, ['number'] as const)[0]);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const { items, next } = toPage(
    rows,
    limit,
    ({ id }) => [id],
    (row) => row,
  );
  return { items: await overviewsOf(db, items), ...(next !== undefined && { next }) };
}
