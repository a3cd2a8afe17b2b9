import type { WantedImage, WantedImages } from '@bulkhead/scanner';
import type { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Workers take them every few seconds: so many wait only where none is there, and by then a crawl does as well. */
const MAX_WANTED = 10_000;

/** Wishes for scans, over either database. Two who ask at once may leave some more than the bound. */
export class KyselyWantedImageStore implements WantedImages {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async want(images: readonly WantedImage[]): Promise<number> {
    const { count } = await this.#db
      .selectFrom('wanted_image')
      .select((row) => row.fn.countAll<number | string>().as('count'))
      .executeTakeFirstOrThrow();
    const kept = images.slice(0, Math.max(MAX_WANTED - Number(count), 0));
    if (kept.length > 0) {
      await this.#db
        .insertInto('wanted_image')
        .values(kept.map(({ registry, repository, reference }) => ({ registry, repository, reference })))
        .onConflict((conflict) => conflict.columns(['registry', 'repository', 'reference']).doNothing())
        .execute();
    }
    return kept.length;
  }

  wanted(limit: number): Promise<readonly WantedImage[]> {
    return this.#db
      .selectFrom('wanted_image')
      .select(['registry', 'repository', 'reference'])
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  async settle(images: readonly WantedImage[]): Promise<void> {
    for (const { registry, repository, reference } of images) {
      await this.#db
        .deleteFrom('wanted_image')
        .where('registry', '=', registry)
        .where('repository', '=', repository)
        .where('reference', '=', reference)
        .execute();
    }
  }
}
