import type { PlatformImage } from '@bulkhead/scanner';
import type { Transaction } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Keeps which images are behind a digest. Both are content addresses: what is known once never changes. */
export async function noteImages(
  transaction: Transaction<Tables>,
  digest: string,
  images: readonly PlatformImage[],
): Promise<void> {
  await transaction
    .insertInto('manifest')
    .values({ digest })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
  // By digest, so that two transactions never wait for each other's row.
  for (const image of images.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))) {
    const { os, architecture, variant = null } = image;
    await transaction
      .insertInto('image')
      .values({ digest: image.digest, os, architecture, variant })
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .execute();
    const imageId = await imageIdOf(transaction, image.digest);
    await transaction
      .insertInto('manifest_image')
      .values({ digest, image_id: imageId })
      .onConflict((conflict) => conflict.columns(['digest', 'image_id']).doNothing())
      .execute();
  }
}

/** The row of an image that is known to be there. */
export async function imageIdOf(transaction: Transaction<Tables>, digest: string): Promise<number> {
  const { id } = await transaction
    .selectFrom('image')
    .select('id')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  return id;
}
