import {
  type ApiToken,
  type ApiTokenStore,
  decodeCursor,
  type NewApiToken,
  type Page,
  type PageRequest,
  type Role,
  toPage,
} from '@bulkhead/control-plane';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Tokens of programs, over either database. */
export class KyselyApiTokenStore implements ApiTokenStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async create({ id, hash, name, binding, createdBy, createdAt, expiresAt }: NewApiToken): Promise<void> {
    const { role, namespace = '' } = binding;
    const made = { created_by: createdBy, created_at: createdAt, expires_at: expiresAt };
    await this.#db
      .insertInto('api_token')
      .values({ id, hash, name, role, namespace, ...made })
      .execute();
  }

  async find(hash: string, now: string): Promise<ApiToken | undefined> {
    const row = await this.#db
      .selectFrom('api_token')
      .selectAll()
      .where('hash', '=', hash)
      .where('expires_at', '>', now)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return row === undefined ? undefined : toToken(row);
  }

  async touch(id: string, at: string): Promise<void> {
    await this.#db.updateTable('api_token').set({ last_used_at: at }).where('id', '=', id).execute();
  }

  async list({ limit, after }: PageRequest): Promise<Page<ApiToken>> {
    let query = this.#db.selectFrom('api_token').selectAll();
    if (after !== undefined) query = query.where('id', '>', decodeCursor(after, ['string'] as const)[0]);
    const rows = await query
      .orderBy('id')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, ({ id }) => [id], toToken);
  }

  async revoke(id: string, at: string): Promise<'revoked' | 'absent'> {
    const { numUpdatedRows } = await this.#db
      .updateTable('api_token')
      .set((row) => ({ revoked_at: row.fn.coalesce('revoked_at', row.val(at)) }))
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 0n ? 'absent' : 'revoked';
  }
}

function toToken(row: Selectable<Tables['api_token']>): ApiToken {
  return {
    id: row.id,
    name: row.name,
    binding: { role: row.role as Role, ...(row.namespace !== '' && { namespace: row.namespace }) },
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at }),
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
  };
}
