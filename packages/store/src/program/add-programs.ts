import { createHash } from 'node:crypto';
import type { ProgramObservation, ProgramReport } from '@bulkhead/control-plane';
import { sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import { nameOf } from '../flow/end-columns.ts';
import { MOST } from '../flow/flow-row.ts';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';

/** A program as it was seen. */
export interface SeenProgram {
  readonly program: ProgramObservation;
  readonly local: NonNullable<ProgramReport['local']>;
  readonly at: string;
}

/** Adds what was seen to the programs it is of. */
export async function addPrograms(transaction: Transaction<Tables>, seen: readonly SeenProgram[]): Promise<void> {
  const rows = new Map<string, ProgramRow>();
  for (const row of seen.map(rowOf)) {
    const known = rows.get(row.digest);
    rows.set(row.digest, known === undefined ? row : joinedRow(known, row));
  }
  // By digest, so that two transactions never wait for each other's row.
  const sorted = [...rows.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  for (const chunk of chunks(sorted)) {
    await transaction
      .insertInto('program')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.column('digest').doUpdateSet({
          count: sql<number>`case when program.count > ${sql.lit(MOST)} - excluded.count then ${sql.lit(MOST)}
            else program.count + excluded.count end`,
          // What an agent kept while nobody took it comes late.
          groups: sql<string>`case when program.last_seen > excluded.last_seen then program.groups else excluded.groups end`,
          first_seen: sql<string>`case when program.first_seen < excluded.first_seen then program.first_seen
            else excluded.first_seen end`,
          last_seen: sql<string>`case when program.last_seen > excluded.last_seen then program.last_seen
            else excluded.last_seen end`,
        }),
      )
      .execute();
  }
}

type ProgramRow = ReturnType<typeof rowOf>;

function rowOf({ program, local: { place, groups }, at }: SeenProgram) {
  const { executable, user = null, fromImage, verdict, count } = program;
  const key = {
    namespace: nameOf(place.namespace ?? ''),
    workload: nameOf(place.workload),
    container: nameOf(place.container),
    executable: keptText(executable),
    user_id: user,
    from_image: fromImage === undefined ? null : Number(fromImage),
    verdict,
  };
  const digest = createHash('sha256')
    .update(JSON.stringify(Object.values(key)))
    .digest('base64');
  return { digest, ...key, count, groups: keptText(JSON.stringify(groups)), first_seen: at, last_seen: at };
}

/** Both, of one program. */
function joinedRow(known: ProgramRow, seen: ProgramRow): ProgramRow {
  return {
    ...known,
    count: Math.min(MOST, known.count + seen.count),
    groups: known.last_seen > seen.last_seen ? known.groups : seen.groups,
    first_seen: known.first_seen < seen.first_seen ? known.first_seen : seen.first_seen,
    last_seen: known.last_seen > seen.last_seen ? known.last_seen : seen.last_seen,
  };
}
