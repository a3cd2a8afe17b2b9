import type { Transaction } from 'kysely';
import { writeNodeScanFindings } from '../scan/findings.ts';
import { indexNodeScan } from '../scan/package-index.ts';
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
  await indexNodeScan(transaction, id, lookedUp);
  await writeNodeScanFindings(transaction, id, findings);
}
