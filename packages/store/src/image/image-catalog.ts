import { decodeCursor, type Page, type PageRequest, toPage } from '@bulkhead/control-plane';
import type { Finding } from '@bulkhead/scanner';
import type { Kysely, Selectable } from 'kysely';
import { findingsPage } from '../scan/findings.ts';
import { indexText } from '../scan/index-text.ts';
import { scannersOf } from '../scan/scanners.ts';
import type { Tables } from '../schema/tables.ts';
import { linksOf } from './image-links.ts';

/** An image and what is known of it, without the findings themselves. */
export interface ImageOverview {
  readonly digest: string;
  readonly platform: string;
  /** `host/repository:tag`. */
  readonly names: readonly string[];
  readonly status: 'pending' | 'complete' | 'partial' | 'failed';
  readonly scannedAt?: string;
  readonly scanners?: readonly string[];
  /** Why it could not be scanned. */
  readonly failure?: string;
  /** Vulnerabilities that count, by severity. */
  readonly vulnerabilities: Readonly<Record<string, number>>;
  readonly secrets: number;
}

export interface ImageFilter {
  /** Images that have a tag in the registry of this name. */
  readonly registry?: string | undefined;
  /** Images in which a vulnerability of this name counts. */
  readonly vulnerability?: string | undefined;
}

/** The images of watched registries, for people. */
export interface ImageCatalog {
  /** Sorted by digest. */
  list(filter: ImageFilter, page: PageRequest): Promise<Page<ImageOverview>>;
  get(digest: string): Promise<ImageOverview | undefined>;
  /** The findings of an image, suppressed ones among them, as its scan ordered them; nothing for one that was not scanned. */
  findings(digest: string, page: PageRequest): Promise<Page<Finding> | undefined>;
}

/** A list names no more of one image; the image itself is found by any. */
const MAX_NAMES = 20;

export class KyselyImageCatalog implements ImageCatalog {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async list({ registry, vulnerability }: ImageFilter, { limit, after }: PageRequest): Promise<Page<ImageOverview>> {
    let query = this.#select();
    if (after !== undefined) query = query.where('image.digest', '>', decodeCursor(after, ['string'] as const)[0]);
    if (vulnerability !== undefined) {
      const affected = this.#db
        .selectFrom('finding')
        .select('image_id')
        .where('name', '=', indexText(vulnerability))
        .where('kind', '=', 'vulnerability')
        .where('counts', '=', 1);
      query = query.where('image.id', 'in', affected);
    }
    if (registry !== undefined) {
      const held = this.#db
        .selectFrom('registry')
        .innerJoin('repository', 'repository.registry_id', 'registry.id')
        .innerJoin('tag', 'tag.repository_id', 'repository.id')
        .innerJoin('manifest_image', 'manifest_image.digest', 'tag.digest')
        .select('manifest_image.image_id')
        .where('registry.name', '=', registry);
      query = query.where('image.id', 'in', held);
    }
    const rows = await query
      .orderBy('image.digest')
      .limit(limit + 1)
      .execute();
    const overviews = await this.#overviews(rows);
    return toPage(
      overviews,
      limit,
      ({ digest }) => [digest],
      (overview) => overview,
    );
  }

  async get(digest: string): Promise<ImageOverview | undefined> {
    const rows = await this.#select().where('image.digest', '=', digest).execute();
    return (await this.#overviews(rows))[0];
  }

  async findings(digest: string, page: PageRequest): Promise<Page<Finding> | undefined> {
    const row = await this.#db
      .selectFrom('scan')
      .innerJoin('image', 'image.id', 'scan.image_id')
      .select('scan.findings')
      .where('image.digest', '=', digest)
      .executeTakeFirst();
    return row === undefined ? undefined : findingsPage(row.findings, page);
  }

  #select() {
    return this.#db
      .selectFrom('image')
      .leftJoin('scan', 'scan.image_id', 'image.id')
      .select(['image.id', 'image.digest', 'image.os', 'image.architecture', 'image.variant', 'image.failure'])
      .select(['scan.scanned_at', 'scan.status', 'scan.scanners']);
  }

  async #overviews(rows: readonly ImageRow[]): Promise<readonly ImageOverview[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => id);
    const links = await linksOf(this.#db, ids);
    const counts = await this.#db
      .selectFrom('finding')
      .select((row) => ['image_id', 'kind', 'severity', row.fn.countAll<number | string>().as('count')])
      .where('image_id', 'in', ids)
      .where('counts', '=', 1)
      .groupBy(['image_id', 'kind', 'severity'])
      .execute();
    return rows.map((row) => {
      const { id, digest, os, architecture, variant, failure, scanned_at: scannedAt, status, scanners } = row;
      const own = counts.filter(({ image_id: imageId }) => imageId === id);
      const of = (kind: Finding['kind']): (readonly [string, number])[] =>
        own.filter((one) => one.kind === kind).map(({ severity, count }) => [severity, Number(count)]);
      return {
        digest,
        platform: [os, architecture, ...(variant === null ? [] : [variant])].join('/'),
        names: (links.get(id)?.names ?? []).slice(0, MAX_NAMES),
        status: status ?? (failure === null ? 'pending' : 'failed'),
        ...(scannedAt !== null && { scannedAt }),
        ...(scanners !== null && { scanners: scannersOf({ scanners }) }),
        ...(failure !== null && status === null && { failure: messageOf(failure) }),
        vulnerabilities: Object.fromEntries(of('vulnerability')),
        secrets: of('secret').reduce((sum, [, count]) => sum + count, 0),
      };
    });
  }
}

type ImageRow = Selectable<Pick<Tables['image'], 'id' | 'digest' | 'os' | 'architecture' | 'variant' | 'failure'>> & {
  readonly scanned_at: string | null;
  readonly status: 'complete' | 'partial' | null;
  readonly scanners: string | null;
};

function messageOf(failure: string): string {
  return (JSON.parse(failure) as { readonly message?: string }).message ?? 'nobody knows why';
}
