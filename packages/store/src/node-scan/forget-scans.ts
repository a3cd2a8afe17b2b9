import type { ExpressionBuilder, Kysely, Transaction } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Of one step: some thousand are gone within a few minutes, and the database is held for a moment only. */
const AT_ONCE = 500;

/** Forgets earlier scans of the place of one, as far as they came to such an end. */
export async function forgetOthers(
  transaction: Transaction<Tables>,
  { id, node, workload }: { readonly id: number; readonly node: string; readonly workload: string },
  states: readonly string[],
): Promise<void> {
  await transaction
    .deleteFrom('node_scan')
    .where('node', '=', node)
    .where('workload', '=', workload)
    .where('id', '<', id)
    .where('state', 'in', states)
    .execute();
}

/**
 * Forgets what came to its end although a later one of the same place has: of what agents tell of and of what came late, nobody
 * looked for others when it was noted.
 */
export async function forgetSurpassed(db: Kysely<Tables>): Promise<void> {
  const surpassed = db
    .selectFrom('node_scan as earlier')
    .select('earlier.id')
    .where('earlier.state', 'in', ['done', 'failed'])
    .where((row) => {
      const later = row
        .selectFrom('node_scan as later')
        .select('later.id')
        .whereRef('later.node', '=', 'earlier.node')
        .whereRef('later.workload', '=', 'earlier.workload')
        .whereRef('later.id', '>', 'earlier.id')
        // A failure leaves what was found before it.
        .where((of) => of.or([of('later.state', '=', 'done'), of('later.state', '=', of.ref('earlier.state'))]));
      return row.exists(later);
    })
    .orderBy('earlier.id')
    .limit(AT_ONCE);
  await db.deleteFrom('node_scan').where('id', 'in', surpassed).execute();
}

/** Forgets failures of before then, and scans of containers and nodes that nobody has seen since then. */
export async function forgetGone(db: Kysely<Tables>, before: string): Promise<void> {
  const isThere = (row: ExpressionBuilder<Tables, 'agent'>) =>
    row.or([row('agent.connected', '=', 1), row('agent.last_seen', '>=', before)]);
  const gone = db
    .selectFrom('node_scan')
    .select('node_scan.id')
    .where('node_scan.changed_at', '<', before)
    .where((row) => {
      const node = row
        .selectFrom('agent')
        .select('agent.id')
        .whereRef('agent.node', '=', 'node_scan.node')
        .where(isThere);
      const container = row
        .selectFrom('workload')
        .innerJoin('agent', 'agent.id', 'workload.agent_id')
        .select('workload.id')
        .whereRef('workload.id', '=', 'node_scan.workload')
        .whereRef('agent.node', '=', 'node_scan.node')
        .where(isThere);
      return row.or([
        row('node_scan.state', '=', 'failed'),
        row.and([row('node_scan.workload', '=', ''), row.not(row.exists(node))]),
        row.and([row('node_scan.workload', '<>', ''), row.not(row.exists(container))]),
      ]);
    })
    .orderBy('node_scan.id')
    .limit(AT_ONCE);
  await db.deleteFrom('node_scan').where('id', 'in', gone).execute();
}

/** Forgets the oldest beyond so many. */
export async function forgetBeyond(db: Kysely<Tables>, maxScans: number): Promise<void> {
  const { count } = await db
    .selectFrom('node_scan')
    .select((row) => row.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow();
  const surplus = Math.min(Number(count) - maxScans, AT_ONCE);
  if (surplus <= 0) return;
  const oldest = db.selectFrom('node_scan').select('id').orderBy('id').limit(surplus);
  await db.deleteFrom('node_scan').where('id', 'in', oldest).execute();
}
