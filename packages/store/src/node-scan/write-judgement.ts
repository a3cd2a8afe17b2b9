import type { Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import { indexText } from '../scan/index-text.ts';
import { noteKeys } from '../scan/package-index.ts';
import { pack } from '../scan/packed.ts';
import type { Tables } from '../schema/tables.ts';
import type { JudgedNodeScan } from './node-scan.ts';

/** Replaces the findings of a scan, what they are searched by, and the keys that it is found by when advisories change. */
export async function writeJudgement(
  transaction: Transaction<Tables>,
  id: number,
  { findings, lookedUp, database, status, gaps }: JudgedNodeScan,
  at: string,
): Promise<void> {
  await transaction
    .updateTable('node_scan')
    .set({
      findings: pack(findings),
      judged_gaps: gaps,
      judged_at: at,
      database,
      database_status: JSON.stringify(status),
    })
    .where('id', '=', id)
    .execute();
  await transaction.deleteFrom('node_scan_finding').where('scan_id', '=', id).execute();
  const rows = findings.map((finding, position) => ({
    scan_id: id,
    position,
    kind: finding.kind,
    name: indexText(finding.id),
    severity: finding.severity,
    counts: finding.suppressed === undefined ? 1 : 0,
  }));
  for (const chunk of chunks(rows)) {
    await transaction
      .insertInto('node_scan_finding')
      .values([...chunk])
      .execute();
  }
  await transaction.deleteFrom('node_scan_package').where('scan_id', '=', id).execute();
  for (const keyIds of chunks([...(await noteKeys(transaction, lookedUp))])) {
    await transaction
      .insertInto('node_scan_package')
      .values(keyIds.map((keyId) => ({ key_id: keyId, scan_id: id })))
      .execute();
  }
}
