import { z } from 'zod';
import type { ImageMemory } from './image-memory.ts';
import { KnownImage } from './known-image.ts';

/** With 200 findings each, 10,000 images take some 55 MB: the memory that the chart gives the webhook holds twice as many. */
const MAX_IMAGES = 20_000;

const Change = z.object({ digest: z.string().max(140), image: KnownImage.optional() });

/**
 * Takes one change of a feed into a copy of it: what has another shape, or is one too many, is not known, and said. Gives the digest of
 * what is known now.
 */
export function takeChange(
  memory: ImageMemory,
  change: unknown,
  onUnusable: (digest: string, why: string) => void,
): string | undefined {
  const parsed = Change.safeParse(change);
  if (!parsed.success) {
    const { digest } = Object(change) as { readonly digest?: unknown };
    // What was known of it is not true any more, and what is true cannot be read.
    if (typeof digest === 'string') memory.remove(digest);
    onUnusable(String(digest).slice(0, 140), parsed.error.issues[0]?.message ?? 'it has another shape');
    return undefined;
  }
  const { digest, image } = parsed.data;
  if (image === undefined || image.digest !== digest) {
    memory.remove(digest);
    return undefined;
  }
  if (memory.size >= MAX_IMAGES && !memory.has(digest)) {
    onUnusable(digest, `more than ${MAX_IMAGES} images are known`);
    return undefined;
  }
  memory.set(image);
  return digest;
}
