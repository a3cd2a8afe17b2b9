import { WatchedRegistry } from '@bulkhead/scanner/registry';
import type { Kysely } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';

/** What leads to an image. */
export interface ImageLinks {
  /** Digests of manifests and indexes. */
  readonly indexes: readonly string[];
  /** `host/repository:tag`. */
  readonly names: readonly string[];
}

/** Nightly builds of years stay below; what is beyond is found by digest alone. */
const MAX_LINKS = 2_000;

/** What leads to images, by their rows. */
export async function linksOf(
  db: Kysely<Tables>,
  imageIds: readonly number[],
): Promise<ReadonlyMap<number, ImageLinks>> {
  const hosts = await hostsOf(db);
  const links = new Map<number, { readonly indexes: string[]; readonly names: string[] }>();
  for (const chunk of chunks(imageIds)) {
    const manifests = await db
      .selectFrom('manifest_image')
      .select(['image_id', 'digest'])
      .where('image_id', 'in', chunk)
      .orderBy('digest')
      .execute();
    for (const { image_id: id, digest } of manifests) {
      const there = links.get(id) ?? { indexes: [], names: [] };
      links.set(id, there);
      if (there.indexes.length < MAX_LINKS) there.indexes.push(digest);
    }
    const tags = await db
      .selectFrom('manifest_image')
      .innerJoin('tag', 'tag.digest', 'manifest_image.digest')
      .innerJoin('repository', 'repository.id', 'tag.repository_id')
      .select(['manifest_image.image_id', 'repository.registry_id', 'repository.name as repository', 'tag.name as tag'])
      .where('manifest_image.image_id', 'in', chunk)
      .orderBy('repository.name')
      .orderBy('tag.name')
      .execute();
    for (const { image_id: id, registry_id: registry, repository, tag } of tags) {
      const names = links.get(id)?.names;
      const host = hosts.get(registry);
      if (names === undefined || host === undefined || names.length >= MAX_LINKS) continue;
      names.push(`${host}/${repository}:${tag}`);
    }
  }
  return links;
}

async function hostsOf(db: Kysely<Tables>): Promise<ReadonlyMap<number, string>> {
  const rows = await db.selectFrom('registry').select(['id', 'document']).execute();
  return new Map(
    rows.flatMap(({ id, document }) => {
      const parsed = WatchedRegistry.safeParse(JSON.parse(document));
      return parsed.success ? [[id, parsed.data.host] as const] : [];
    }),
  );
}
