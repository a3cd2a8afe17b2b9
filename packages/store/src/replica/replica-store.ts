import type { Replica, ReplicaStore } from '@bulkhead/control-plane';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** The processes of the control plane, over either database. */
export class KyselyReplicaStore implements ReplicaStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async beat(id: string): Promise<'new' | 'known'> {
    const { beat } = await this.#db
      .insertInto('replica')
      .values({ id, beat: 1 })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ beat: sql<number>`replica.beat + 1` }))
      .returning('beat')
      .executeTakeFirstOrThrow();
    return beat === 1 ? 'new' : 'known';
  }

  async list(): Promise<readonly Replica[]> {
    return this.#db.selectFrom('replica').selectAll().orderBy('id').execute();
  }

  async remove(id: string, at: string): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('replica').where('id', '=', id).execute();
      await transaction.deleteFrom('agent_request').where('replica', '=', id).execute();
      await transaction
        .updateTable('agent')
        .set({ connected: 0, replica: null, last_seen: at })
        .where('replica', '=', id)
        .execute();
    });
  }
}
