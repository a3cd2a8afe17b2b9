import type { SignatureCheck } from '@bulkhead/scanner';
import type { Kysely, Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Tables } from '../schema/tables.ts';

/** Keeps whose signatures digests have, and gives the digests of which another thing was known. Those of no known manifest keep nothing. */
export async function noteSignatures(
  transaction: Transaction<Tables>,
  checks: readonly SignatureCheck[],
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  // By digest, so that two transactions never wait for each other's row.
  for (const chunk of chunks(checks.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)))) {
    const digests = chunk.map(({ digest }) => digest);
    const known = await transaction.selectFrom('manifest').select('digest').where('digest', 'in', digests).execute();
    const there = new Set(known.map(({ digest }) => digest));
    const before = await signaturesOf(transaction, digests);
    for (const { digest, ...check } of chunk) {
      const was = before.get(digest);
      const [keys, verified] = [check.keys.join(), check.verified.join()];
      if (!there.has(digest) || (was?.keys.join() === keys && was.verified.join() === verified)) continue;
      changed.add(digest);
      await transaction
        .insertInto('signature_check')
        .values({ digest, keys, verified })
        .onConflict((conflict) => conflict.column('digest').doUpdateSet({ keys, verified }))
        .execute();
    }
  }
  return changed;
}

/** Whose signatures some digests have, as far as it was looked at. */
export async function signaturesOf(
  db: Kysely<Tables>,
  digests: readonly string[],
): Promise<ReadonlyMap<string, SignatureCheck>> {
  const found = new Map<string, SignatureCheck>();
  for (const chunk of chunks(digests)) {
    const rows = await db.selectFrom('signature_check').selectAll().where('digest', 'in', chunk).execute();
    for (const { digest, keys, verified } of rows) {
      found.set(digest, { digest, keys: fingerprints(keys), verified: fingerprints(verified) });
    }
  }
  return found;
}

function fingerprints(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}
