import {
  decodeCursor,
  type KnownWorkload,
  type Page,
  type PageRequest,
  type ReportedWorkload,
  toPage,
  type WorkloadEnforcement,
  type WorkloadFilter,
  type WorkloadQuarantine,
  type WorkloadStore,
  type WorkloadsOfAgent,
} from '@bulkhead/control-plane';
import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely';
import { among } from '../among.ts';
import { chunks } from '../chunks.ts';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';

/** Has a transaction taken back that says what is not true any more. */
class Superseded extends Error {}

/** Of an agent: that it is not connected to another process. One that was taken for gone is connected to none. */
function connectedTo(replica: string) {
  return (row: ExpressionBuilder<Tables, 'agent'>) =>
    row.or([row('agent.replica', 'is', null), row('agent.replica', '=', replica)]);
}

/** The workloads of all nodes, over either database. */
export class KyselyWorkloadStore implements WorkloadStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async replace(agent: string, workloads: readonly ReportedWorkload[], at: string, replica?: string): Promise<void> {
    const replaced = this.#db.transaction().execute(async (transaction) => {
      // The last of those with one id; by id, so that two transactions never wait for each other's row.
      const byId = new Map(workloads.map((workload) => [keptText(workload.id), workload]));
      const sorted = [...byId].toSorted(([a], [b]) => (a < b ? -1 : 1));
      for (const chunk of chunks(sorted)) {
        const rows = chunk.map(([id, workload]) => ({
          agent_id: agent,
          id,
          namespace: keptText(workload.namespace ?? ''),
          name: keptText(workload.name),
          document: JSON.stringify(workload),
          netns: keptText(workload.netns ?? ''),
          first_seen: at,
          last_seen: at,
        }));
        await transaction
          .insertInto('workload')
          .values(rows)
          .onConflict((conflict) =>
            conflict.columns(['agent_id', 'id']).doUpdateSet((row) => ({
              namespace: row.ref('excluded.namespace'),
              name: row.ref('excluded.name'),
              document: row.ref('excluded.document'),
              netns: row.ref('excluded.netns'),
              last_seen: row.ref('excluded.last_seen'),
            })),
          )
          .execute();
      }
      const there = await transaction.selectFrom('workload').select('id').where('agent_id', '=', agent).execute();
      for (const gone of chunks(there.map(({ id }) => id).filter((id) => !byId.has(id)))) {
        await transaction.deleteFrom('workload').where('agent_id', '=', agent).where('id', 'in', gone).execute();
      }
      const noted = transaction
        .updateTable('agent')
        .set({ workloads_version: sql<number>`workloads_version + 1` })
        .where('id', '=', agent);
      // Last: it waits for who connects the agent elsewhere, who then waits for nobody.
      const own = replica === undefined ? noted : noted.where(connectedTo(replica));
      const { numUpdatedRows } = await own.executeTakeFirstOrThrow();
      if (replica !== undefined && numUpdatedRows === 0n) throw new Superseded();
    });
    await replaced.catch((error: unknown) => {
      if (!(error instanceof Superseded)) throw error;
    });
  }

  async noteEnforcement(agent: string, enforcement: readonly WorkloadEnforcement[]): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const own = transaction.updateTable('workload').where('agent_id', '=', agent);
      await own.set({ enforced: null, problem: null }).where('enforced', 'is not', null).execute();
      const said = Map.groupBy(enforcement, ({ enforced, problem }) => JSON.stringify([enforced, problem ?? null]));
      for (const same of said.values()) {
        const [{ enforced, problem }] = same as [WorkloadEnforcement];
        const set = { enforced: enforced ? 1 : 0, problem: problem === undefined ? null : keptText(problem) };
        for (const chunk of chunks(same.map(({ id }) => keptText(id)))) {
          await own.set(set).where('id', 'in', chunk).execute();
        }
      }
    });
  }

  async list(
    { namespaces, node, quarantined }: WorkloadFilter,
    { limit, after }: PageRequest,
  ): Promise<Page<KnownWorkload>> {
    let query = this.#select();
    if (namespaces !== undefined) query = query.where(among('workload.namespace', namespaces));
    if (node !== undefined) query = query.where('agent.node', '=', node);
    if (quarantined === true) query = query.where('quarantine.id', 'is not', null);
    if (after !== undefined) {
      const [namespace, name, agent, id] = decodeCursor(after, ['string', 'string', 'string', 'string'] as const);
      query = query.where(
        sql<boolean>`(workload.namespace, workload.name, workload.agent_id, workload.id) > (${namespace}, ${name}, ${agent}, ${id})`,
      );
    }
    const rows = await query
      .orderBy('workload.namespace')
      .orderBy('workload.name')
      .orderBy('workload.agent_id')
      .orderBy('workload.id')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, (row) => [row.namespace, row.name, row.agent_id, row.id], toWorkload);
  }

  async get(id: string): Promise<KnownWorkload | undefined> {
    const row = await this.#select().where('workload.id', '=', id).limit(1).executeTakeFirst();
    return row === undefined ? undefined : toWorkload(row);
  }

  async named(ids: readonly string[]): Promise<readonly KnownWorkload[]> {
    const found: KnownWorkload[] = [];
    for (const chunk of chunks(ids)) {
      found.push(...(await this.#select().where('workload.id', 'in', chunk).execute()).map(toWorkload));
    }
    return found;
  }

  async versions(): Promise<readonly WorkloadsOfAgent[]> {
    const query = this.#db.selectFrom('agent').select(['id as agent', 'node', 'workloads_version as version']);
    return query.orderBy('id').execute();
  }

  async ofAgent(agent: string): Promise<readonly KnownWorkload[]> {
    const rows = await this.#select().where('workload.agent_id', '=', agent).orderBy('workload.id').execute();
    return rows.map(toWorkload);
  }

  async notEnforced(agents: readonly string[]): Promise<readonly KnownWorkload[]> {
    const found: KnownWorkload[] = [];
    for (const chunk of chunks(agents)) {
      const query = this.#select().where('workload.agent_id', 'in', chunk).where('workload.enforced', '=', 0);
      found.push(...(await query.orderBy('workload.agent_id').orderBy('workload.id').execute()).map(toWorkload));
    }
    return found;
  }

  #select() {
    return this.#db
      .selectFrom('workload')
      .innerJoin('agent', 'agent.id', 'workload.agent_id')
      .leftJoin('quarantine', (join) =>
        join
          .onRef('quarantine.node', '=', 'agent.node')
          .onRef('quarantine.netns', '=', 'workload.netns')
          .on('quarantine.ended_at', 'is', null),
      )
      .selectAll('workload')
      .select('agent.node')
      .select(QUARANTINE_COLUMNS);
  }
}

const QUARANTINE_COLUMNS = [
  'quarantine.cause',
  'quarantine.cause_name',
  'quarantine.reason',
  'quarantine.since',
  'quarantine.state',
  'quarantine.problem as quarantine_problem',
] as const;

type WorkloadRow = Selectable<Tables['workload']> & {
  readonly node: string;
  readonly quarantine_problem: string | null;
} & {
  readonly [Column in 'cause' | 'cause_name' | 'reason' | 'since' | 'state']:
    | Selectable<Tables['quarantine']>[Column]
    | null;
};

function toWorkload(row: WorkloadRow): KnownWorkload {
  const quarantine = quarantineOf(row);
  return {
    ...(JSON.parse(row.document) as ReportedWorkload),
    agent: row.agent_id,
    node: row.node,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    ...(row.enforced !== null && { enforced: row.enforced === 1 }),
    ...(row.problem !== null && { problem: row.problem }),
    ...(quarantine !== undefined && { quarantine }),
  };
}

/** A workload that is cut off has all of it, one that is not has nothing. */
function quarantineOf({
  cause: kind,
  cause_name: name,
  reason,
  since,
  state,
  quarantine_problem: problem,
}: WorkloadRow): WorkloadQuarantine | undefined {
  if (kind === null || name === null || reason === null || since === null || state === null) return undefined;
  return { cause: { kind, name }, reason, since, state, ...(problem !== null && { problem }) };
}
