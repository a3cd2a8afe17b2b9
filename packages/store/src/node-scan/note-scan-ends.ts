import { printable } from '@bulkhead/core';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { Tables } from '../schema/tables.ts';

/** What an agent observed, as it is kept. */
export interface ObservedEnd {
  readonly agent: string;
  readonly kind: string;
  readonly receivedAt: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** As agents name scans, and the SBOMs of them: what else they tell is asked of nobody. */
const scan = z.string().regex(/^[0-9a-z]{1,64}$/);
const count = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const Written = z.object({
  scan,
  file: z.string().regex(/^[\w-]{1,120}\.cdx\.json$/),
  packages: count,
  gaps: count,
});
const Failed = z.object({ scan, problem: z.string() });
const MAX_PROBLEM = 500;

/** Notes the ends of scans that agents tell of: each of those that it was asked for, and of no others. */
export async function noteScanEnds(transaction: Transaction<Tables>, observed: readonly ObservedEnd[]): Promise<void> {
  for (const { agent, kind, receivedAt, document } of observed) {
    if (kind === 'scan-written') {
      const told = Written.safeParse(document).data;
      if (told === undefined) continue;
      const { file, packages, gaps } = told;
      await reading(transaction, agent, told.scan)
        .set({ state: 'fetching', file, packages, gaps, scanned_at: receivedAt, changed_at: receivedAt })
        .set({ failure_code: null, failure: null })
        .execute();
    } else if (kind === 'scan-failed') {
      const told = Failed.safeParse(document).data;
      if (told === undefined) continue;
      const failure = printable(told.problem, MAX_PROBLEM);
      await reading(transaction, agent, told.scan)
        .set({ state: 'failed', failure_code: 'AGENT_FAILED', failure, changed_at: receivedAt })
        .execute();
    }
  }
}

/** What an agent tells late is told all the same. */
function reading(transaction: Transaction<Tables>, agent: string, id: string) {
  return transaction
    .updateTable('node_scan')
    .where('scan', '=', id)
    .where('agent_id', '=', agent)
    .where('file', 'is', null)
    .where((row) => row.or([row('state', '=', 'reading'), row('failure_code', '=', 'AGENT_SILENT')]));
}
