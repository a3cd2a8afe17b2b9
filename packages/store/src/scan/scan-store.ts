import type {
  Difference,
  Finding,
  ImageScanner,
  Judgement,
  PackageKey,
  PlatformImage,
  ScanEvent,
  ScanStore,
  SignatureCheck,
  StoredScan,
  TagSighting,
} from '@bulkhead/scanner';
import { covers, findDifference, isUnchanged } from '@bulkhead/scanner/registry';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { DialectName } from '../dialect/open-dialect.ts';
import { touchImages, touchImagesBehind } from '../image/touch-images.ts';
import { packVerdict, verdictOf } from '../image/verdict-document.ts';
import type { Tables } from '../schema/tables.ts';
import { writeFindings } from './findings.ts';
import { imageIdOf, noteImages } from './images.ts';
import { inTurns } from './in-turns.ts';
import { fromDocument, toDocument } from './inventory-document.ts';
import { imagesUnder, indexImage } from './package-index.ts';
import { pack, unpack } from './packed.ts';
import { scannersOf, scannersText } from './scanners.ts';
import { noteSignatures } from './signatures.ts';
import { noteTags } from './tags.ts';

/** A failure is for people: what does not fit on some lines is cut. */
const MAX_FAILURE_MESSAGE = 2000;

/** Images, their inventories and findings, over either database. */
export class KyselyScanStore implements ScanStore {
  readonly #db: Kysely<Tables>;
  readonly #dialect: DialectName;

  constructor(db: Kysely<Tables>, dialect: DialectName) {
    this.#db = db;
    this.#dialect = dialect;
  }

  async imagesOf(digest: string): Promise<readonly PlatformImage[] | undefined> {
    const manifest = await this.#db
      .selectFrom('manifest')
      .select('digest')
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (manifest === undefined) return undefined;
    const rows = await this.#db
      .selectFrom('manifest_image')
      .innerJoin('image', 'image.id', 'manifest_image.image_id')
      .select(['image.digest', 'image.os', 'image.architecture', 'image.variant'])
      .where('manifest_image.digest', '=', digest)
      .orderBy('image.id')
      .execute();
    return rows.map(toImage);
  }

  noteImages(digest: string, images: readonly PlatformImage[]): Promise<void> {
    return this.#db.transaction().execute(async (transaction) => {
      await noteImages(transaction, digest, images);
      await touchImages(
        transaction,
        images.map((image) => image.digest),
      );
    });
  }

  noteTags(registry: string, repository: string, tags: readonly TagSighting[], complete: boolean): Promise<void> {
    return this.#db.transaction().execute(async (transaction) => {
      await touchImagesBehind(transaction, await noteTags(transaction, registry, repository, tags, complete));
    });
  }

  noteSignatures(registry: string, checks: readonly SignatureCheck[]): Promise<void> {
    return this.#db.transaction().execute(async (transaction) => {
      await touchImagesBehind(transaction, await noteSignatures(transaction, registry, checks));
    });
  }

  async unscanned(digests: readonly string[], scanners: readonly ImageScanner[]): Promise<readonly string[]> {
    const scanned = new Set<string>();
    for (const chunk of chunks(digests)) {
      const rows = await this.#db
        .selectFrom('image')
        .innerJoin('scan', 'scan.image_id', 'image.id')
        .select(['image.digest', 'scan.scanners', 'scan.layers'])
        .where('image.digest', 'in', chunk)
        .execute();
      for (const row of rows) {
        if (row.layers !== null && covers(scannersOf(row), scanners)) scanned.add(row.digest);
      }
    }
    return digests.filter((digest) => !scanned.has(digest));
  }

  record(scan: StoredScan): Promise<'recorded' | 'known'> {
    const { image, inventory, findings, lookedUp, database, scannedAt } = scan;
    const documents = { inventory: pack(toDocument(inventory)), findings: pack(findings) };
    const verdict = packVerdict(verdictOf(scan));
    const status = inventory.gaps.length > 0 ? 'partial' : 'complete';
    return this.#db.transaction().execute(async (transaction) => {
      await noteImages(transaction, image.digest, [image]);
      const imageId = await imageIdOf(transaction, image.digest);
      const content = {
        scanned_at: scannedAt,
        database,
        status,
        scanners: scannersText(scan),
        verdict,
        layers: scan.layers === undefined ? null : JSON.stringify(scan.layers),
        ...documents,
      } as const;
      const { numInsertedOrUpdatedRows = 0n } = await transaction
        .insertInto('scan')
        .values({ image_id: imageId, ...content })
        .onConflict((conflict) => conflict.column('image_id').doNothing())
        .executeTakeFirstOrThrow();
      let before: readonly Finding[] = [];
      if (numInsertedOrUpdatedRows === 0n) {
        const earlier = await this.#lockedScan(transaction, image.digest).executeTakeFirstOrThrow();
        if (covers(scannersOf(earlier), scan.scanners)) {
          if (earlier.layers === null && content.layers !== null) {
            const { layers } = content;
            await transaction.updateTable('scan').set({ layers }).where('image_id', '=', imageId).execute();
            await touchImages(transaction, [image.digest]);
          }
          return 'known';
        }
        before = unpack(earlier.findings) as readonly Finding[];
        await transaction.updateTable('scan').set(content).where('image_id', '=', imageId).execute();
      }
      await transaction.updateTable('image').set({ failure: null }).where('id', '=', imageId).execute();
      await indexImage(transaction, imageId, lookedUp);
      await writeFindings(transaction, imageId, findings);
      const difference = findDifference(before, findings);
      if (numInsertedOrUpdatedRows > 0n) {
        await this.#emit(transaction, imageId, 'image-scanned', '', scannedAt, difference);
      } else if (!isUnchanged(difference)) {
        await this.#emit(transaction, imageId, 'findings-changed', 'scanned-for-more', scannedAt, difference);
      }
      await touchImages(transaction, [image.digest]);
      return 'recorded';
    });
  }

  async noteFailure(
    digest: string,
    failure: { readonly code: string; readonly message: string; readonly at: string },
  ): Promise<void> {
    const { code, message, at } = failure;
    const document = JSON.stringify({ code, message: message.slice(0, MAX_FAILURE_MESSAGE), at });
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.updateTable('image').set({ failure: document }).where('digest', '=', digest).execute();
      await touchImages(transaction, [digest]);
    });
  }

  async scan(digest: string): Promise<StoredScan | undefined> {
    const row = await this.#selectScan(this.#db, digest).executeTakeFirst();
    return row === undefined ? undefined : toScan(row, await this.#keysOf(this.#db, row.image_id));
  }

  affectedBy(keys: readonly PackageKey[]): Promise<readonly string[]> {
    return imagesUnder(this.#db, keys);
  }

  rejudge(
    digest: string,
    cause: string,
    at: string,
    judge: (scan: StoredScan) => Judgement,
  ): Promise<Difference | undefined> {
    return inTurns(`the image ${digest}`, async () => {
      const stored = await this.#selectScan(this.#db, digest).executeTakeFirst();
      if (stored === undefined) return undefined;
      const before = toScan(stored, await this.#keysOf(this.#db, stored.image_id));
      const after = judge(before);
      const difference = findDifference(before.findings, after.findings);
      const verdict = packVerdict(verdictOf({ ...before, findings: after.findings }));
      const content = { database: after.database, findings: pack(after.findings), verdict };
      return this.#db.transaction().execute(async (transaction) => {
        const row = await this.#lockedScan(transaction, digest).executeTakeFirst();
        if (row === undefined) return undefined;
        if (!isSame(row, stored)) return 'again';
        const { image_id: imageId } = row;
        await transaction.updateTable('scan').set(content).where('image_id', '=', imageId).execute();
        await indexImage(transaction, imageId, after.lookedUp);
        await writeFindings(transaction, imageId, after.findings);
        if (!isUnchanged(difference)) {
          await this.#emit(transaction, imageId, 'findings-changed', cause, at, difference);
        }
        // Scores change more often than findings.
        if (row.verdict === null || !Buffer.from(verdict).equals(row.verdict)) await touchImages(transaction, [digest]);
        return difference;
      });
    });
  }

  async judgedBy(): Promise<string | undefined> {
    const row = await this.#db.selectFrom('setting').select('value').where('name', '=', 'judged-by').executeTakeFirst();
    return row?.value;
  }

  async noteJudgedBy(database: string): Promise<void> {
    await this.#db
      .insertInto('setting')
      .values({ name: 'judged-by', value: database })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: database }))
      .execute();
  }

  async events(after: number, limit: number): Promise<readonly ScanEvent[]> {
    const rows = await this.#selectEvents().where('scan_event.id', '>', after).limit(limit).execute();
    return rows.map(toEvent);
  }

  async eventsOf(cause: string): Promise<readonly ScanEvent[]> {
    const rows = await this.#selectEvents().where('scan_event.cause', '=', cause).execute();
    return rows.map(toEvent);
  }

  #selectScan(db: Kysely<Tables>, digest: string) {
    return db
      .selectFrom('scan')
      .innerJoin('image', 'image.id', 'scan.image_id')
      .selectAll('scan')
      .select(['image.digest', 'image.os', 'image.architecture', 'image.variant'])
      .where('image.digest', '=', digest);
  }

  /** A transaction of SQLite is alone; PostgreSQL holds the row for this one. */
  #lockedScan(transaction: Transaction<Tables>, digest: string) {
    const query = this.#selectScan(transaction, digest);
    return this.#dialect === 'postgres' ? query.forUpdate('scan') : query;
  }

  #selectEvents() {
    return this.#db
      .selectFrom('scan_event')
      .innerJoin('image', 'image.id', 'scan_event.image_id')
      .selectAll('scan_event')
      .select('image.digest')
      .orderBy('scan_event.id');
  }

  async #keysOf(db: Kysely<Tables>, imageId: number): Promise<readonly PackageKey[]> {
    return db
      .selectFrom('image_package')
      .innerJoin('package_key', 'package_key.id', 'image_package.key_id')
      .select(['package_key.ecosystem', 'package_key.name'])
      .where('image_package.image_id', '=', imageId)
      .orderBy('package_key.ecosystem')
      .orderBy('package_key.name')
      .execute();
  }

  async #emit(
    transaction: Transaction<Tables>,
    imageId: number,
    kind: ScanEvent['kind'],
    cause: string,
    at: string,
    difference: Difference,
  ): Promise<void> {
    const row = { image_id: imageId, kind, cause, at, difference: pack(difference) };
    await transaction.insertInto('scan_event').values(row).execute();
  }
}

/** Whether nobody has scanned or judged an image between two looks at it. */
function isSame(now: Selectable<Tables['scan']>, before: Selectable<Tables['scan']>): boolean {
  const { scanned_at: scannedAt, scanners, database, findings } = before;
  const isJudgedAlike = now.database === database && Buffer.from(now.findings).equals(findings);
  return isJudgedAlike && now.scanned_at === scannedAt && now.scanners === scanners;
}

type ImageColumns = Pick<Selectable<Tables['image']>, 'digest' | 'os' | 'architecture' | 'variant'>;

function toImage({ digest, os, architecture, variant }: ImageColumns): PlatformImage {
  return { digest, os, architecture, ...(variant !== null && { variant }) };
}

function toScan(row: Selectable<Tables['scan']> & ImageColumns, lookedUp: readonly PackageKey[]): StoredScan {
  return {
    image: toImage(row),
    scanners: scannersOf(row),
    scannedAt: row.scanned_at,
    database: row.database,
    inventory: fromDocument(unpack(row.inventory)),
    findings: unpack(row.findings) as readonly Finding[],
    ...(row.layers !== null && { layers: JSON.parse(row.layers) as readonly string[] }),
    lookedUp,
  };
}

function toEvent(row: Selectable<Tables['scan_event']> & { readonly digest: string }): ScanEvent {
  const { id, at, kind, cause, digest, difference } = row;
  return { id, at, kind, cause, digest, difference: unpack(difference) as Difference };
}
