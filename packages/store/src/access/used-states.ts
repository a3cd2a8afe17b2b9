import type { UsedStates } from '@bulkhead/control-plane';
import type { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** What was used once, over either database. */
export class KyselyUsedStates implements UsedStates {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async use(state: string, expiresAt: string): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('used_state')
      .values({ state, expires_at: expiresAt })
      .onConflict((conflict) => conflict.column('state').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async prune(now: string): Promise<number> {
    const query = this.#db.deleteFrom('used_state').where('expires_at', '<=', now);
    return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
  }
}
