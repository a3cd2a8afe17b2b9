import { randomUUID } from 'node:crypto';
import { decodeCursor, encodeCursor } from '@bulkhead/control-plane';
import {
  chainOf,
  type ImageChanges,
  type ImageScan,
  type KnownImage,
  MAX_CHANGES,
  MAX_KEYS,
  MAX_SIGNERS,
} from '@bulkhead/policy/images';
import type { Finding, SignatureCheck } from '@bulkhead/scanner';
import { type Kysely, type Selectable, sql } from 'kysely';
import { fromDocument } from '../scan/inventory-document.ts';
import { unpack } from '../scan/packed.ts';
import { scannersOf } from '../scan/scanners.ts';
import { signaturesOf } from '../scan/signatures.ts';
import type { Tables } from '../schema/tables.ts';
import { linksOf } from './image-links.ts';
import { unpackVerdict, verdictOf } from './verdict-document.ts';

/** What has changed about images, for whoever keeps a copy. */
export interface ImageFeed {
  /**
   * What changed after a position that an earlier call gave; from the beginning without one, and where it is none of this
   * store (any more). An image that changes again comes again, later. Throws `CURSOR_INVALID` for what is no position.
   */
  after(position: string | undefined, limit: number): Promise<ImageChanges>;
}

/** Some 300 kB of JSON: more keeps who reads it from other work. An image with more is a portion by itself. */
const MAX_FINDINGS = 2_000;

export class KyselyImageFeed implements ImageFeed {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async after(position: string | undefined, limit: number): Promise<ImageChanges> {
    const wanted = Math.min(limit, MAX_CHANGES);
    const epoch = await this.#epoch();
    const from = await this.#from(position, epoch);
    let query = this.#db
      .selectFrom('image_change')
      .selectAll()
      .orderBy('revision')
      .orderBy('digest')
      .limit(wanted + 1);
    if (from !== undefined) {
      query = query.where(sql<boolean>`(revision, digest) > (${from.revision}, ${from.digest})`);
    }
    const rows = await query.execute();
    const images = await this.#images(rows.slice(0, wanted).map(({ digest }) => digest));
    const changes: { readonly digest: string; readonly image?: KnownImage }[] = [];
    let findings = 0;
    for (const { digest } of rows.slice(0, wanted)) {
      const image = images.get(digest);
      findings += (image?.scan?.vulnerabilities.length ?? 0) + (image?.scan?.secrets.length ?? 0);
      if (changes.length > 0 && findings > MAX_FINDINGS) break;
      changes.push({ digest, ...(image !== undefined && { image }) });
    }
    const last = rows[changes.length - 1];
    const at = last === undefined ? (from ?? BEGINNING) : { revision: last.revision, digest: last.digest };
    return {
      // Only the first portion says it: a position of ours tells the others apart.
      reset: from === undefined,
      changes,
      next: encodeCursor([epoch, at.revision, at.digest]),
      more: rows.length > changes.length,
    };
  }

  /** A position of another store, or of this one before it was restored, is none. */
  async #from(position: string | undefined, epoch: string): Promise<typeof BEGINNING | undefined> {
    if (position === undefined) return undefined;
    const [given, revision, digest] = decodeCursor(position, ['string', 'number', 'string'] as const);
    if (given !== epoch) return undefined;
    const { value } = await this.#db
      .selectFrom('setting')
      .select('value')
      .where('name', '=', 'image-revision')
      .executeTakeFirstOrThrow();
    return revision <= Number(value) ? { revision, digest } : undefined;
  }

  /** Tells this store from others. */
  async #epoch(): Promise<string> {
    const select = this.#db.selectFrom('setting').select('value').where('name', '=', 'image-epoch');
    const there = await select.executeTakeFirst();
    if (there !== undefined) return there.value;
    await this.#db
      .insertInto('setting')
      .values({ name: 'image-epoch', value: randomUUID() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    return (await select.executeTakeFirstOrThrow()).value;
  }

  async #images(digests: readonly string[]): Promise<ReadonlyMap<string, KnownImage>> {
    if (digests.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('image')
      .leftJoin('scan', 'scan.image_id', 'image.id')
      .select(['image.id', 'image.digest', 'image.os', 'image.architecture', 'image.variant', 'image.failure'])
      .select(['scan.verdict', 'scan.image_id', 'scan.layers'])
      .where('image.digest', 'in', digests)
      .execute();
    const links = await linksOf(
      this.#db,
      rows.map(({ id }) => id),
    );
    const leading = [...links.values()].flatMap(({ indexes }) => indexes);
    const checks = await signaturesOf(this.#db, [...new Set([...digests, ...leading])]);
    const images = new Map<string, KnownImage>();
    for (const row of rows) {
      const { id, digest, os, architecture, variant, failure, verdict, image_id: scanned, layers } = row;
      const scan = verdict === null ? await this.#scanOf(scanned) : unpackVerdict(verdict);
      const { indexes = [], names = [] } = links.get(id) ?? {};
      images.set(digest, {
        digest,
        platform: [os, architecture, ...(variant === null ? [] : [variant])].join('/'),
        indexes: indexes.filter((index) => index !== digest),
        names: [...names],
        ...(layers !== null && { chain: chainOf(JSON.parse(layers) as readonly string[]) }),
        ...signaturesFor([digest, ...indexes], checks),
        ...(scan !== undefined && { scan }),
        ...(failure !== null && scan === undefined && { failure: failureText(failure) }),
      });
    }
    return images;
  }

  /** Of scans from before what admission is told was kept with them. */
  async #scanOf(imageId: number | null): Promise<ImageScan | undefined> {
    if (imageId === null) return undefined;
    const row = await this.#db.selectFrom('scan').selectAll().where('image_id', '=', imageId).executeTakeFirst();
    return row === undefined ? undefined : verdictOfRow(row);
  }
}

/** An index names its images by their digests: who signs it signs them. */
function signaturesFor(
  digests: readonly string[],
  checks: ReadonlyMap<string, readonly SignatureCheck[]>,
): Pick<KnownImage, 'signatures'> {
  const own = [...new Set(digests)].flatMap((digest) => checks.get(digest) ?? []);
  if (own.length === 0) return {};
  const all = (which: 'keys' | 'verified' | 'roots'): string[] =>
    [...new Set(own.flatMap((check) => check[which]))].toSorted().slice(0, MAX_KEYS);
  const signers = new Map(own.flatMap((check) => check.signers).map((one) => [JSON.stringify(one), one]));
  return {
    signatures: {
      keys: all('keys'),
      verified: all('verified'),
      roots: all('roots'),
      signers: [...signers.values()].slice(0, MAX_SIGNERS),
    },
  };
}

const BEGINNING = { revision: 0, digest: '' };
const MAX_FAILURE = 300;

function verdictOfRow(row: Selectable<Tables['scan']>): ImageScan {
  return verdictOf({
    scanners: scannersOf(row),
    scannedAt: row.scanned_at,
    inventory: fromDocument(unpack(row.inventory)),
    findings: unpack(row.findings) as readonly Finding[],
  });
}

function failureText(failure: string): string {
  const { message } = JSON.parse(failure) as { readonly message?: string };
  return (message ?? 'nobody knows why').slice(0, MAX_FAILURE);
}
