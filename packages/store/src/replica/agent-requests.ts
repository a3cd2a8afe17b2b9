import type { AgentRequest, AgentRequests } from '@bulkhead/control-plane';
import type { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** What processes have each other do, over either database. */
export class KyselyAgentRequests implements AgentRequests {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async ask({ id, replica, agent, document, askedAt }: AgentRequest): Promise<void> {
    await this.#db
      .insertInto('agent_request')
      .values({ id, replica, agent_id: agent, document, asked_at: askedAt, taken: 0, answer: null })
      .execute();
  }

  async take(replica: string, limit: number): Promise<readonly AgentRequest[]> {
    const waiting = this.#db
      .selectFrom('agent_request')
      .select(['id', 'asked_at'])
      .where('replica', '=', replica)
      .where('taken', '=', 0)
      .orderBy('asked_at')
      .orderBy('id')
      .limit(limit);
    // Mostly there is nothing: then nothing is written.
    const ids = (await waiting.execute()).map(({ id }) => id);
    if (ids.length === 0) return [];
    const rows = await this.#db
      .updateTable('agent_request')
      .set({ taken: 1 })
      .where('id', 'in', ids)
      // What was withdrawn or taken meanwhile is not done.
      .where('taken', '=', 0)
      .returningAll()
      .execute();
    return rows
      .map(({ id, agent_id: agent, document, asked_at: askedAt }) => ({ id, replica, agent, document, askedAt }))
      .toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
  }

  async answer(id: string, answer: string): Promise<void> {
    await this.#db.updateTable('agent_request').set({ answer }).where('id', '=', id).execute();
  }

  async collect(id: string): ReturnType<AgentRequests['collect']> {
    const query = this.#db.selectFrom('agent_request').select('answer').where('id', '=', id);
    const row = await query.executeTakeFirst();
    if (row === undefined) return 'gone';
    if (row.answer === null) return 'waiting';
    await this.#db.deleteFrom('agent_request').where('id', '=', id).execute();
    return { answer: row.answer };
  }

  async withdraw(id: string): Promise<'withdrawn' | 'taken'> {
    const row = await this.#db.deleteFrom('agent_request').where('id', '=', id).returning('taken').executeTakeFirst();
    return row?.taken === 0 ? 'withdrawn' : 'taken';
  }

  async prune(before: string): Promise<number> {
    const query = this.#db.deleteFrom('agent_request').where('asked_at', '<', before);
    return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
  }
}
