import type { Session, SessionStore } from '@bulkhead/control-plane';
import type { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Sessions of people, over either database. */
export class KyselySessionStore implements SessionStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async open({ hash, accountId, openedAt, usedAt, expiresAt }: Session): Promise<void> {
    const times = { opened_at: openedAt, used_at: usedAt, expires_at: expiresAt };
    await this.#db
      .insertInto('session')
      .values({ hash, account_id: accountId, ...times })
      .execute();
  }

  async find(hash: string, now: string, idleSince: string): Promise<Session | undefined> {
    const row = await this.#db
      .selectFrom('session')
      .selectAll()
      .where('hash', '=', hash)
      .where('expires_at', '>', now)
      .where('used_at', '>=', idleSince)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return {
      hash: row.hash,
      accountId: row.account_id,
      openedAt: row.opened_at,
      usedAt: row.used_at,
      expiresAt: row.expires_at,
    };
  }

  async touch(hash: string, at: string): Promise<void> {
    await this.#db.updateTable('session').set({ used_at: at }).where('hash', '=', hash).execute();
  }

  async close(hash: string): Promise<void> {
    await this.#db.deleteFrom('session').where('hash', '=', hash).execute();
  }

  async prune(now: string, idleSince: string): Promise<number> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('session')
      .where((row) => row.or([row('expires_at', '<=', now), row('used_at', '<', idleSince)]))
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }
}
