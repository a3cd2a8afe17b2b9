import {
  decodeCursor,
  type Page,
  type PageRequest,
  type Program,
  type ProgramFilter,
  type ProgramRetention,
  type ProgramStore,
  toPage,
} from '@bulkhead/control-plane';
import { type Kysely, type Selectable, sql } from 'kysely';
import { among } from '../among.ts';
import { pruneSeen } from '../prune-seen.ts';
import type { Tables } from '../schema/tables.ts';

/** Programs, over either database. */
export class KyselyProgramStore implements ProgramStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async list(filter: ProgramFilter, { limit, after }: PageRequest): Promise<Page<Program>> {
    const { namespaces, workload, executable, verdict, since } = filter;
    let query = this.#db.selectFrom('program').selectAll();
    if (namespaces !== undefined) query = query.where(among('namespace', namespaces));
    if (workload !== undefined) query = query.where('workload', '=', workload);
    if (executable !== undefined) query = query.where('executable', '=', executable);
    if (verdict !== undefined) query = query.where('verdict', '=', verdict);
    if (since !== undefined) query = query.where('last_seen', '>=', since);
    if (after !== undefined) {
      const [seen, id] = decodeCursor(after, ['string', 'number'] as const);
      query = query.where(sql<boolean>`(last_seen, id) < (${seen}, ${id})`);
    }
    const rows = await query
      .orderBy('last_seen', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, (row) => [row.last_seen, row.id], toProgram);
  }

  async inOrder(after: number, since: string, limit: number): Promise<readonly Program[]> {
    const later = this.#db.selectFrom('program').selectAll().where('id', '>', after).where('last_seen', '>=', since);
    return (await later.orderBy('id').limit(limit).execute()).map(toProgram);
  }

  async prune({ seenBefore, maxPrograms }: ProgramRetention, limit: number): Promise<number> {
    return pruneSeen(this.#db, 'program', { seenBefore, most: maxPrograms }, limit);
  }
}

function toProgram(row: Selectable<Tables['program']>): Program {
  return {
    id: row.id,
    ...(row.namespace !== '' && { namespace: row.namespace }),
    workload: row.workload,
    container: row.container,
    executable: row.executable,
    ...(row.user_id !== null && { user: row.user_id }),
    ...(row.from_image !== null && { fromImage: row.from_image === 1 }),
    verdict: row.verdict,
    count: row.count,
    groups: JSON.parse(row.groups) as readonly string[],
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
  };
}
