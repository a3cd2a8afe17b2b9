import { z } from 'zod';
import { KnownImage } from './known-image.ts';

/** So many images at most are in one portion of the feed. */
export const MAX_CHANGES = 200;

/** A portion of what has changed about images, by which a copy of it is kept current. */
export const ImageChanges = z.object({
  reset: z.boolean().describe('it begins anew: what it does not name until `more` is false is gone'),
  changes: z
    .array(
      z.object({
        digest: z.string().max(140),
        image: KnownImage.optional().describe('absent: it is known no longer'),
      }),
    )
    .max(MAX_CHANGES),
  next: z.string().max(500).describe('where the next portion begins'),
  more: z.boolean().describe('whether there is one already'),
});
export type ImageChanges = z.output<typeof ImageChanges>;

/** A portion whose images nobody has looked at yet: one that is malformed must not cost the others. */
export const ImagePortion = ImageChanges.extend({ changes: z.array(z.unknown()).max(MAX_CHANGES) });
export type ImagePortion = z.output<typeof ImagePortion>;
