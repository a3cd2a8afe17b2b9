import type { RootedSigner, SignatureCheck } from '@bulkhead/scanner';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';

/**
 * Keeps whose signatures digests have in a registry, and gives the digests of which another thing was known. Those of no known manifest
 * keep nothing, nor do those of a registry that is watched no longer.
 */
export async function noteSignatures(
  transaction: Transaction<Tables>,
  registry: string,
  checks: readonly SignatureCheck[],
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  const watched = await transaction.selectFrom('registry').select('id').where('name', '=', registry).executeTakeFirst();
  if (watched === undefined) return changed;
  // By digest, so that two transactions never wait for each other's row.
  for (const chunk of chunks(checks.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)))) {
    const digests = chunk.map(({ digest }) => digest);
    const known = await transaction.selectFrom('manifest').select('digest').where('digest', 'in', digests).execute();
    const there = new Set(known.map(({ digest }) => digest));
    const rows = await transaction
      .selectFrom('registry_signature')
      .selectAll()
      .where('digest', 'in', digests)
      .where('registry_id', '=', watched.id)
      .execute();
    const before = new Map(rows.map((row) => [row.digest, row]));
    for (const check of chunk) {
      const { digest } = check;
      const row = { digest, registry_id: watched.id, ...textsOf(check) };
      if (!there.has(digest) || isSame(row, before.get(digest))) continue;
      changed.add(digest);
      await transaction
        .insertInto('registry_signature')
        .values(row)
        .onConflict((conflict) => conflict.columns(['digest', 'registry_id']).doUpdateSet(textsOf(check)))
        .execute();
    }
  }
  return changed;
}

/** Whose signatures some digests have in any registry, as far as it was looked at: an image is signed wherever its signature lies. */
export async function signaturesOf(
  db: Kysely<Tables>,
  digests: readonly string[],
): Promise<ReadonlyMap<string, readonly SignatureCheck[]>> {
  const found = new Map<string, SignatureCheck[]>();
  for (const chunk of chunks(digests)) {
    const rows = await db
      .selectFrom('registry_signature')
      .selectAll()
      .where('digest', 'in', chunk)
      .orderBy('registry_id')
      .execute();
    for (const row of rows) found.set(row.digest, [...(found.get(row.digest) ?? []), checkOf(row)]);
  }
  return found;
}

type Row = Selectable<Tables['registry_signature']>;

function textsOf({ keys, verified, roots, signers }: SignatureCheck): Omit<Row, 'digest' | 'registry_id'> {
  return { keys: keys.join(), verified: verified.join(), roots: roots.join(), signers: JSON.stringify(signers) };
}

function isSame(a: Row, b: Row | undefined): boolean {
  return (['keys', 'verified', 'roots', 'signers'] as const).every((key) => a[key] === b?.[key]);
}

function checkOf({ digest, keys, verified, roots, signers }: Row): SignatureCheck {
  return {
    digest,
    keys: fingerprints(keys),
    verified: fingerprints(verified),
    roots: fingerprints(roots),
    signers: JSON.parse(signers) as readonly RootedSigner[],
  };
}

function fingerprints(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}
