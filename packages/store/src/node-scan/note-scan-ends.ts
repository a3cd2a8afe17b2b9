import { printable } from '@bulkhead/core';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import { chunks } from '../chunks.ts';
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
  const ends = observed.flatMap(({ agent, kind, receivedAt: at, document }) => {
    const end = endOf(kind, document, at);
    return end === undefined ? [] : [{ agent, ...end }];
  });
  const agents = await agentsOf(
    transaction,
    ends.map(({ told }) => told),
  );
  for (const { agent, told, change } of ends) {
    if (agents.get(told) !== agent) continue;
    await reading(transaction, agent, told).set(change).execute();
    // Each ends once, however often that is told.
    agents.delete(told);
  }
}

function endOf(kind: string, document: ObservedEnd['document'], at: string) {
  if (kind === 'scan-written') {
    const read = Written.safeParse(document).data;
    if (read === undefined) return undefined;
    const { scan: told, ...found } = read;
    const none = { failure_code: null, failure: null };
    return { told, change: { state: 'fetching', ...found, ...none, scanned_at: at, changed_at: at } };
  }
  const read = kind === 'scan-failed' ? Failed.safeParse(document).data : undefined;
  if (read === undefined) return undefined;
  const failure = printable(read.problem, MAX_PROBLEM);
  return { told: read.scan, change: { state: 'failed', failure_code: 'AGENT_FAILED', failure, changed_at: at } };
}

/** Who was asked for which of these, by one statement for many: an agent may tell of as many as it likes that nobody asked for. */
async function agentsOf(transaction: Transaction<Tables>, told: readonly string[]): Promise<Map<string, string>> {
  const agents = new Map<string, string>();
  for (const portion of chunks([...new Set(told)])) {
    const rows = await transaction
      .selectFrom('node_scan')
      .select(['scan', 'agent_id as agent'])
      .where('scan', 'in', portion)
      .execute();
    for (const row of rows) agents.set(row.scan, row.agent);
  }
  return agents;
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
