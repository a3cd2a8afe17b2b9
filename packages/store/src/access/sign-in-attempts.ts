import type { LockoutPolicy, SignInAttempts } from '@bulkhead/control-plane';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Failed sign-ins, over either database. */
export class KyselySignInAttempts implements SignInAttempts {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async lockedUntil(key: string, now: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('sign_in_failure')
      .select('locked_until')
      .where('key', '=', key)
      .where('locked_until', '>', now)
      .executeTakeFirst();
    return row?.locked_until ?? undefined;
  }

  async fail(key: string, now: string, { failures, lockMs }: LockoutPolicy): Promise<string | undefined> {
    const until = new Date(Date.parse(now) + lockMs).toISOString();
    const row = await this.#db
      .insertInto('sign_in_failure')
      .values({ key, failures: 1, last_failure: now, locked_until: failures === 1 ? until : null })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({
          failures: sql<number>`sign_in_failure.failures + 1`,
          last_failure: now,
          locked_until: sql<
            string | null
          >`case when (sign_in_failure.failures + 1) % ${sql.lit(failures)} = 0 then ${until} else sign_in_failure.locked_until end`,
        }),
      )
      .returning('locked_until')
      .executeTakeFirstOrThrow();
    const lockedUntil = row.locked_until ?? '';
    return lockedUntil > now ? lockedUntil : undefined;
  }

  async clear(key: string): Promise<void> {
    await this.#db.deleteFrom('sign_in_failure').where('key', '=', key).execute();
  }

  async prune(before: string): Promise<number> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('sign_in_failure')
      .where('last_failure', '<', before)
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }
}
