import type { CrawlNote, Finding, RegistryStatus, RegistryStore } from '@bulkhead/scanner';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { StoreError } from '../error.ts';
import { touchImages } from '../image/touch-images.ts';
import type { Tables } from '../schema/tables.ts';

/** The registries that are watched, over either database. */
export class KyselyRegistryStore implements RegistryStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async add(registry: WatchedRegistry): Promise<'added' | 'exists'> {
    const { numInsertedOrUpdatedRows = 0n } = await this.#db
      .insertInto('registry')
      .values({ name: registry.name, document: JSON.stringify(registry) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 0n ? 'exists' : 'added';
  }

  remove(name: string): Promise<'removed' | 'absent'> {
    return this.#db.transaction().execute(async (transaction) => {
      const tagged = transaction
        .selectFrom('manifest_image')
        .innerJoin('tag', 'tag.digest', 'manifest_image.digest')
        .innerJoin('repository', 'repository.id', 'tag.repository_id')
        .innerJoin('registry', 'registry.id', 'repository.registry_id')
        .innerJoin('image', 'image.id', 'manifest_image.image_id')
        .select(['manifest_image.image_id', 'image.digest']);
      const own = await tagged.distinct().where('registry.name', '=', name).execute();
      const { numDeletedRows } = await transaction
        .deleteFrom('registry')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      if (numDeletedRows === 0n) return 'absent';
      const others = new Set((await tagged.distinct().execute()).map((row) => row.image_id));
      for (const { image_id: id } of own) {
        if (others.has(id)) continue;
        // Its index would say that the image is known, and nobody would ask for it again.
        const behind = transaction.selectFrom('manifest_image').select('digest').where('image_id', '=', id);
        await transaction.deleteFrom('manifest').where('digest', 'in', behind).execute();
        await transaction.deleteFrom('image').where('id', '=', id).execute();
      }
      await touchImages(
        transaction,
        own.map(({ digest }) => digest),
      );
      return 'removed';
    });
  }

  async get(name: string): Promise<WatchedRegistry | undefined> {
    const row = await this.#db.selectFrom('registry').select('document').where('name', '=', name).executeTakeFirst();
    return row === undefined ? undefined : parse(WatchedRegistry, row.document, `registry ${name}`);
  }

  async list(): Promise<readonly WatchedRegistry[]> {
    const rows = await this.#db.selectFrom('registry').select(['name', 'document']).execute();
    return rows
      .map(({ name, document }) => parse(WatchedRegistry, document, `registry ${name}`))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async noteCrawl(name: string, crawl: CrawlNote): Promise<void> {
    await this.#db
      .updateTable('registry')
      .set({ crawl: JSON.stringify(crawl) })
      .where('name', '=', name)
      .execute();
  }

  async status(name: string): Promise<RegistryStatus | undefined> {
    const registry = await this.#db
      .selectFrom('registry')
      .select(['id', 'crawl'])
      .where('name', '=', name)
      .executeTakeFirst();
    if (registry === undefined) return undefined;
    const places = await this.#db
      .selectFrom('repository')
      .leftJoin('tag', 'tag.repository_id', 'repository.id')
      .select((row) => [
        row.fn.count<number | string>('repository.id').distinct().as('repositories'),
        row.fn.count<number | string>('tag.name').as('tags'),
      ])
      .where('repository.registry_id', '=', registry.id)
      .executeTakeFirstOrThrow();
    const images = await this.#images(registry.id);
    const { findings, secrets } = await this.#findings(registry.id);
    return {
      name,
      repositories: Number(places.repositories),
      tags: Number(places.tags),
      images,
      findings,
      secrets,
      ...(registry.crawl !== null && { crawl: parse(Crawl, registry.crawl, `crawl of ${name}`) }),
    };
  }

  #imagesIn(registryId: number) {
    return this.#db
      .selectFrom('repository')
      .innerJoin('tag', 'tag.repository_id', 'repository.id')
      .innerJoin('manifest_image', 'manifest_image.digest', 'tag.digest')
      .select('manifest_image.image_id as id')
      .distinct()
      .where('repository.registry_id', '=', registryId);
  }

  async #images(registryId: number): Promise<RegistryStatus['images']> {
    const rows = await this.#db
      .selectFrom(this.#imagesIn(registryId).as('own'))
      .innerJoin('image', 'image.id', 'own.id')
      .leftJoin('scan', 'scan.image_id', 'image.id')
      .select([
        sql<string>`case when scan.status is not null then scan.status when image.failure is not null then 'failed' else 'pending' end`.as(
          'state',
        ),
        sql<number | string>`count(*)`.as('count'),
      ])
      .groupBy('state')
      .execute();
    const count = (state: string): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
    return {
      pending: count('pending'),
      complete: count('complete'),
      partial: count('partial'),
      failed: count('failed'),
    };
  }

  async #findings(registryId: number): Promise<Pick<RegistryStatus, 'findings' | 'secrets'>> {
    const rows = await this.#db
      .selectFrom(this.#imagesIn(registryId).as('own'))
      .innerJoin('finding', 'finding.image_id', 'own.id')
      .select(['finding.kind', 'finding.severity', sql<number | string>`count(*)`.as('count')])
      .where('finding.counts', '=', 1)
      .groupBy(['finding.kind', 'finding.severity'])
      .execute();
    const of = (kind: Finding['kind']): (readonly [string, number])[] =>
      rows.filter((row) => row.kind === kind).map(({ severity, count }) => [severity, Number(count)]);
    return {
      findings: Object.fromEntries(of('vulnerability')),
      secrets: of('secret').reduce((sum, [, count]) => sum + count, 0),
    };
  }
}

const Crawl = z.strictObject({ startedAt: z.string(), finishedAt: z.string(), problems: z.array(z.string()) });

function parse<Schema extends z.ZodType>(schema: Schema, document: string, what: string): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(document));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new StoreError(
      'STORE_CORRUPT',
      { what: `the stored ${what} cannot be read`, why, fix: 'remove and add it again' },
      { cause },
    );
  }
}
