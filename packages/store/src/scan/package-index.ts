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
  const rows = await transaction.selectFrom('image_package').select('key_id').where('image_id', '=', imageId).execute();
  const { gone, fresh } = await changes(transaction, rows, keys);
  for (const ids of chunks(gone)) {
    await transaction.deleteFrom('image_package').where('image_id', '=', imageId).where('key_id', 'in', ids).execute();
  }
  for (const ids of chunks(fresh)) {
    await transaction
      .insertInto('image_package')
      .values(ids.map((keyId) => ({ key_id: keyId, image_id: imageId })))
      .execute();
  }
}

/** Likewise, a scan of a container or a node. */
export async function indexNodeScan(
  transaction: Transaction<Tables>,
  scanId: number,
  keys: readonly PackageKey[],
): Promise<void> {
  const table = 'node_scan_package';
  const rows = await transaction.selectFrom(table).select('key_id').where('scan_id', '=', scanId).execute();
  const { gone, fresh } = await changes(transaction, rows, keys);
  for (const ids of chunks(gone)) {
    await transaction.deleteFrom(table).where('scan_id', '=', scanId).where('key_id', 'in', ids).execute();
  }
  for (const ids of chunks(fresh)) {
    await transaction
      .insertInto(table)
      .values(ids.map((keyId) => ({ key_id: keyId, scan_id: scanId })))
      .execute();
  }
}

/** Digests of the images under one of the keys, sorted. */
export function imagesUnder(db: Kysely<Tables>, keys: readonly PackageKey[]): Promise<readonly string[]> {
  return under(keys, (portion) =>
    db
      .selectFrom('package_key')
      .innerJoin('image_package', 'image_package.key_id', 'package_key.id')
      .innerJoin('image', 'image.id', 'image_package.image_id')
      .select('image.digest as name')
      .distinct()
      .where(isOneOf(portion))
      .execute(),
  );
}

/** Likewise, scans of containers and nodes. */
export function nodeScansUnder(db: Kysely<Tables>, keys: readonly PackageKey[]): Promise<readonly string[]> {
  return under(keys, (portion) =>
    db
      .selectFrom('package_key')
      .innerJoin('node_scan_package', 'node_scan_package.key_id', 'package_key.id')
      .innerJoin('node_scan', 'node_scan.id', 'node_scan_package.scan_id')
      .select('node_scan.scan as name')
      .distinct()
      .where(isOneOf(portion))
      .execute(),
  );
}

async function under(
  keys: readonly PackageKey[],
  look: (portion: readonly PackageKey[]) => Promise<readonly { readonly name: string }[]>,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const portion of chunks(distinct(keys))) {
    for (const { name } of await look(portion)) names.add(name);
  }
  return [...names].toSorted();
}

/** Under which keys something is no more, and under which it is not yet. Keeps keys that are not known yet. */
async function changes(
  transaction: Transaction<Tables>,
  rows: readonly { readonly key_id: number }[],
  keys: readonly PackageKey[],
): Promise<{ readonly gone: readonly number[]; readonly fresh: readonly number[] }> {
  const there = new Set(rows.map(({ key_id: id }) => id));
  const wanted = new Set<number>();
  for (const portion of chunks(distinct(keys))) {
    for (const id of await idsFor(transaction, portion)) wanted.add(id);
  }
  return { gone: [...there.difference(wanted)], fresh: [...wanted.difference(there)] };
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
