import {
  type AgentPolicyState,
  type AgentStore,
  decodeCursor,
  type EnrolledAgent,
  type Page,
  type PageRequest,
  toPage,
} from '@bulkhead/control-plane';
import { type Kysely, type Selectable, sql } from 'kysely';
import { chunks } from '../chunks.ts';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';

/** A problem names every place in a policy; what is longer is no clearer. */
const MAX_PROBLEM = 4_000;

/** The agents, over either database. */
export class KyselyAgentStore implements AgentStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async enrol({ id, node, enrolledAt }: Parameters<AgentStore['enrol']>[0]): Promise<void> {
    const row = { node: keptText(node), enrolled_at: enrolledAt, revoked_at: null };
    await this.#db
      .insertInto('agent')
      .values({ id, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }

  async get(id: string): Promise<EnrolledAgent | undefined> {
    const row = await this.#db.selectFrom('agent').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toAgent(row);
  }

  async list({ limit, after }: PageRequest): Promise<Page<EnrolledAgent>> {
    let query = this.#db.selectFrom('agent').selectAll();
    if (after !== undefined) {
      const [node, id] = decodeCursor(after, ['string', 'string'] as const);
      query = query.where(sql<boolean>`(node, id) > (${node}, ${id})`);
    }
    const rows = await query
      .orderBy('node')
      .orderBy('id')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, ({ node, id }) => [node, id], toAgent);
  }

  async noteConnected(
    id: string,
    { at, version, certificateSerial, replica }: Parameters<AgentStore['noteConnected']>[1],
  ): ReturnType<AgentStore['noteConnected']> {
    const set = {
      connected: 1,
      last_seen: at,
      version: keptText(version),
      certificate_serial: certificateSerial,
      replica,
    };
    const { numUpdatedRows } = await this.#db
      .updateTable('agent')
      .set(set)
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 0n ? 'revoked' : 'noted';
  }

  async noteDisconnected(id: string, at: string, replica: string): Promise<void> {
    await this.#db
      .updateTable('agent')
      .set({ connected: 0, last_seen: at, replica: null })
      .where('id', '=', id)
      .where('replica', '=', replica)
      .execute();
  }

  async reclaim(ids: readonly string[], replica: string): Promise<readonly string[]> {
    const revoked: string[] = [];
    for (const chunk of chunks(ids)) {
      await this.#db
        .updateTable('agent')
        .set({ connected: 1, replica })
        .where('id', 'in', chunk)
        .where('replica', 'is', null)
        .where('revoked_at', 'is', null)
        .execute();
      const rows = await this.#db
        .selectFrom('agent')
        .select('id')
        .where('id', 'in', chunk)
        .where('revoked_at', 'is not', null)
        .execute();
      revoked.push(...rows.map(({ id }) => id));
    }
    return revoked;
  }

  async connectedElsewhere(replica: string): Promise<readonly EnrolledAgent[]> {
    const query = this.#db.selectFrom('agent').selectAll().where('connected', '=', 1);
    return (await query.where('replica', '<>', replica).orderBy('id').execute()).map(toAgent);
  }

  async notePolicy(id: string, { applied, failed, problem }: AgentPolicyState, at: string): Promise<void> {
    await this.#db
      .updateTable('agent')
      .set({
        last_seen: at,
        // What it has in force stays when it fails to take another.
        ...(applied !== undefined && { policy_applied: applied }),
        policy_failed: failed ?? null,
        policy_problem: problem === undefined ? null : keptText(problem.slice(0, MAX_PROBLEM)),
      })
      .where('id', '=', id)
      .execute();
  }

  async noteLoss(id: string, count: number, at: string): Promise<void> {
    await this.#db
      .updateTable('agent')
      .set((row) => ({ last_seen: at, events_lost: row('events_lost', '+', count) }))
      .where('id', '=', id)
      .execute();
  }

  async revoke(id: string, at: string): Promise<'revoked' | 'absent'> {
    const { numUpdatedRows } = await this.#db
      .updateTable('agent')
      .set((row) => ({ revoked_at: row.fn.coalesce('revoked_at', row.val(at)), connected: 0 }))
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 0n ? 'absent' : 'revoked';
  }
}

function toAgent(row: Selectable<Tables['agent']>): EnrolledAgent {
  return {
    id: row.id,
    node: row.node,
    enrolledAt: row.enrolled_at,
    ...(row.certificate_serial !== null && { certificateSerial: row.certificate_serial }),
    ...(row.version !== null && { version: row.version }),
    ...(row.last_seen !== null && { lastSeen: row.last_seen }),
    connected: row.connected === 1,
    ...(row.replica !== null && { replica: row.replica }),
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
    policy: {
      ...(row.policy_applied !== null && { applied: row.policy_applied }),
      ...(row.policy_failed !== null && { failed: row.policy_failed }),
      ...(row.policy_problem !== null && { problem: row.policy_problem }),
    },
    eventsLost: row.events_lost,
  };
}
