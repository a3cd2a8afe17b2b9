import {
  decodeCursor,
  type EnrolmentToken,
  type EnrolmentTokenStore,
  type Page,
  type PageRequest,
  toPage,
} from '@bulkhead/control-plane';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Tokens that agents enrol with, over either database. */
export class KyselyEnrolmentTokenStore implements EnrolmentTokenStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async create(token: Parameters<EnrolmentTokenStore['create']>[0]): Promise<void> {
    const { id, hash, createdBy, createdAt, expiresAt, usesLeft } = token;
    const made = { created_by: createdBy, created_at: createdAt, expires_at: expiresAt };
    await this.#db
      .insertInto('enrolment_token')
      .values({ id, hash, uses_left: usesLeft, ...made })
      .execute();
  }

  async use(id: string, hash: string, now: string): Promise<EnrolmentToken | undefined> {
    // In one statement: of two agents that come at once with the last use, one gets it.
    const row = await this.#db
      .updateTable('enrolment_token')
      .set((token) => ({ uses_left: token('uses_left', '-', 1) }))
      .where('id', '=', id)
      .where('hash', '=', hash)
      .where('uses_left', '>', 0)
      .where('expires_at', '>', now)
      .where('revoked_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? undefined : toToken(row);
  }

  async list({ limit, after }: PageRequest): Promise<Page<EnrolmentToken>> {
    let query = this.#db.selectFrom('enrolment_token').selectAll();
    if (after !== undefined) query = query.where('id', '>', decodeCursor(after, ['string'] as const)[0]);
    const rows = await query
      .orderBy('id')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, ({ id }) => [id], toToken);
  }

  async revoke(id: string, at: string): Promise<'revoked' | 'absent'> {
    const { numUpdatedRows } = await this.#db
      .updateTable('enrolment_token')
      .set((row) => ({ revoked_at: row.fn.coalesce('revoked_at', row.val(at)) }))
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 0n ? 'absent' : 'revoked';
  }
}

function toToken(row: Selectable<Tables['enrolment_token']>): EnrolmentToken {
  return {
    id: row.id,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usesLeft: row.uses_left,
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
  };
}
