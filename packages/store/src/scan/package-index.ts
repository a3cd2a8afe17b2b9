import type { PackageKey } from '@bulkhead/scanner';
import { type Kysely, sql, type Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';
import { indexText } from './index-text.ts';

/** Puts an image into the inverted index under the keys, and takes it from under all others. */
export async function indexImage(
  transaction: Transaction<Tables>,
  imageId: number,
  keys: readonly PackageKey[],
): Promise<void> {
  const wanted = await noteKeys(transaction, keys);
  const rows = await transaction.selectFrom('image_package').select('key_id').where('image_id', '=', imageId).execute();
  const there = new Set(rows.map((row) => row.key_id));
  for (const gone of chunks([...there].filter((id) => !wanted.has(id)))) {
    await transaction.deleteFrom('image_package').where('image_id', '=', imageId).where('key_id', 'in', gone).execute();
  }
  for (const fresh of chunks([...wanted].filter((id) => !there.has(id)))) {
    await transaction
      .insertInto('image_package')
      .values(fresh.map((keyId) => ({ key_id: keyId, image_id: imageId })))
      .execute();
  }
}

/** Keeps keys that are not known yet, and gives the rows of all of them. */
export async function noteKeys(transaction: Transaction<Tables>, keys: readonly PackageKey[]): Promise<Set<number>> {
  const ids = new Set<number>();
  for (const chunk of chunks(distinct(keys))) {
    for (const id of await idsFor(transaction, chunk)) ids.add(id);
  }
  return ids;
}

/** Digests of the images under one of the keys, sorted. */
export async function imagesUnder(db: Kysely<Tables>, keys: readonly PackageKey[]): Promise<readonly string[]> {
  const digests = new Set<string>();
  for (const chunk of chunks(distinct(keys))) {
    const rows = await db
      .selectFrom('package_key')
      .innerJoin('image_package', 'image_package.key_id', 'package_key.id')
      .innerJoin('image', 'image.id', 'image_package.image_id')
      .select('image.digest')
      .distinct()
      .where(isOneOf(chunk))
      .execute();
    for (const { digest } of rows) digests.add(digest);
  }
  return [...digests].toSorted();
}

/** Likewise, scans of containers and nodes. */
export async function nodeScansUnder(db: Kysely<Tables>, keys: readonly PackageKey[]): Promise<readonly string[]> {
  const scans = new Set<string>();
  for (const chunk of chunks(distinct(keys))) {
    const rows = await db
      .selectFrom('package_key')
      .innerJoin('node_scan_package', 'node_scan_package.key_id', 'package_key.id')
      .innerJoin('node_scan', 'node_scan.id', 'node_scan_package.scan_id')
      .select('node_scan.scan')
      .distinct()
      .where(isOneOf(chunk))
      .execute();
    for (const { scan } of rows) scans.add(scan);
  }
  return [...scans].toSorted();
}

/** The numbers of keys, which those get here that have none. */
async function idsFor(transaction: Transaction<Tables>, keys: readonly PackageKey[]): Promise<readonly number[]> {
  const known = await idsOf(transaction, keys);
  // Each key that is offered takes a number, also where it has one: images that are judged again would use them up.
  const fresh = keys.filter((key) => !known.has(textOf(key)));
  if (fresh.length === 0) return [...known.values()];
  await transaction
    .insertInto('package_key')
    .values(fresh)
    .onConflict((conflict) => conflict.columns(['ecosystem', 'name']).doNothing())
    .execute();
  return [...known.values(), ...(await idsOf(transaction, fresh)).values()];
}

async function idsOf(db: Kysely<Tables>, keys: readonly PackageKey[]): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom('package_key').selectAll().where(isOneOf(keys)).execute();
  return new Map(rows.map((row) => [textOf(row), row.id]));
}

function textOf({ ecosystem, name }: PackageKey): string {
  return JSON.stringify([ecosystem, name]);
}

function isOneOf(keys: readonly PackageKey[]) {
  const rows = sql.join(keys.map(({ ecosystem, name }) => sql`(${ecosystem}, ${name})`));
  return sql<boolean>`(package_key.ecosystem, package_key.name) in (values ${rows})`;
}

/** In one order for everybody: two transactions that insert the same keys in two orders would wait for each other. */
function distinct(keys: readonly PackageKey[]): PackageKey[] {
  const byText = new Map<string, PackageKey>();
  for (const key of keys) {
    const clean = { ecosystem: indexText(key.ecosystem), name: indexText(key.name) };
    byText.set(textOf(clean), clean);
  }
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
}
