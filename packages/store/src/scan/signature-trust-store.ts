import type { SignatureTrust, SignatureTrustStore } from '@bulkhead/scanner';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Tables } from '../schema/tables.ts';

const NAME = 'signature-trust';
const NOTHING: SignatureTrust = { keys: [], trustRoots: [] };
const Kept = z.object({ keys: z.array(z.string()), trustRoots: z.array(z.string()) });

/** What policies hold signatures against, over either database. */
export class KyselySignatureTrustStore implements SignatureTrustStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async get(): Promise<SignatureTrust> {
    const value = await this.#value();
    return value === undefined ? NOTHING : Kept.parse(JSON.parse(value));
  }

  async set({ keys, trustRoots }: SignatureTrust): Promise<'changed' | 'unchanged'> {
    const value = JSON.stringify({ keys, trustRoots });
    if (((await this.#value()) ?? JSON.stringify(NOTHING)) === value) return 'unchanged';
    await this.#db
      .insertInto('setting')
      .values({ name: NAME, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
    return 'changed';
  }

  async #value(): Promise<string | undefined> {
    const row = await this.#db.selectFrom('setting').select('value').where('name', '=', NAME).executeTakeFirst();
    return row?.value;
  }
}
