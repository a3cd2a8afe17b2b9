import {
  type ContainerFilter,
  type ContainerRetention,
  type ContainerStore,
  type ContainerSum,
  decodeCursor,
  type Page,
  type PageRequest,
  toPage,
} from '@bulkhead/control-plane';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { among } from '../among.ts';
import { pruneSeen } from '../prune-seen.ts';
import type { ContainerTableName, SeenColumns } from '../schema/container-columns.ts';
import type { Tables } from '../schema/tables.ts';

/** A row as it is read. */
export type SeenRow = SeenColumns & { readonly id: number };

/** What one table of them has of its own. */
export interface OwnColumns<Row, Filter, Sum> {
  /** What a filter asks of them. */
  readonly where: (filter: Filter) => readonly RawBuilder<boolean>[];
  /** A row without what all tables have. */
  readonly read: (row: Row) => Omit<Sum, keyof ContainerSum>;
}

/** What containers are seen to do, over either database. */
export class KyselyContainerStore<Row extends SeenRow, Filter extends ContainerFilter, Sum extends ContainerSum>
  implements ContainerStore<Filter, Sum>
{
  readonly #db: Kysely<Tables>;
  readonly #name: ContainerTableName;
  readonly #own: OwnColumns<Row, Filter, Sum>;

  constructor(db: Kysely<Tables>, name: ContainerTableName, own: OwnColumns<Row, Filter, Sum>) {
    this.#db = db;
    this.#name = name;
    this.#own = own;
  }

  async list(filter: Filter, { limit, after }: PageRequest): Promise<Page<Sum>> {
    const { namespaces, workload, verdict, since } = filter;
    const where = [...this.#own.where(filter)];
    if (namespaces !== undefined) where.push(among('namespace', namespaces));
    if (workload !== undefined) where.push(sql`workload = ${workload}`);
    if (verdict !== undefined) where.push(sql`verdict = ${verdict}`);
    if (since !== undefined) where.push(sql`last_seen >= ${since}`);
    if (after !== undefined) {
      const [seen, id] = decodeCursor(after, ['string', 'number'] as const);
      where.push(sql`(last_seen, id) < (${seen}, ${id})`);
    }
    const rows = await this.#rows(where, sql`last_seen desc, id desc`, limit + 1);
    return toPage(
      rows,
      limit,
      (row) => [row.last_seen, row.id],
      (row) => this.#sum(row),
    );
  }

  async inOrder(after: number, since: string, limit: number): Promise<readonly Sum[]> {
    const rows = await this.#rows([sql`id > ${after}`, sql`last_seen >= ${since}`], sql`id`, limit);
    return rows.map((row) => this.#sum(row));
  }

  async prune({ seenBefore, most }: ContainerRetention, limit: number): Promise<number> {
    return pruneSeen(this.#db, this.#name, { seenBefore, most }, limit);
  }

  async #rows(
    where: readonly RawBuilder<boolean>[],
    order: RawBuilder<unknown>,
    limit: number,
  ): Promise<readonly Row[]> {
    const all = where.length === 0 ? sql`1 = 1` : sql.join(where, sql` and `);
    const query = sql<Row>`
      select * from ${sql.table(this.#name)} where ${all} order by ${order} limit ${limit}`;
    return (await query.execute(this.#db)).rows;
  }

  #sum(row: Row): Sum {
    const common: ContainerSum = {
      id: row.id,
      ...(row.namespace !== '' && { namespace: row.namespace }),
      workload: row.workload,
      container: row.container,
      verdict: row.verdict,
      count: row.count,
      groups: JSON.parse(row.groups) as readonly string[],
      firstSeen: row.first_seen,
      lastSeen: row.last_seen,
    };
    return { ...common, ...this.#own.read(row) } as Sum;
  }
}
