import { z } from 'zod';
import type { ImageMemory } from './image-memory.ts';
import { KnownImage } from './known-image.ts';

/** How much is known at most. */
export interface MostImages {
  readonly images: number;
  readonly bytes: number;
}

/**
 * The texts that lead to so many images take some 10 MB. Of what images have: with 200 findings each, of which many are of several
 * images, 10,000 take 30 MiB.
 */
const MOST: MostImages = { images: 20_000, bytes: 64 * 1024 * 1024 };

const Change = z.object({ digest: z.string().max(140), image: KnownImage.optional() });

/**
 * Takes one change of a feed into a copy of it: what has another shape, or is one too many, is not known, and said. Gives the digest of
 * what is known now.
 */
export function takeChange(
  memory: ImageMemory,
  change: unknown,
  onUnusable: (digest: string, why: string) => void,
  most: MostImages = MOST,
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
  const full = memory.has(digest) ? undefined : fullness(memory, most);
  if (full !== undefined) {
    onUnusable(digest, full);
    return undefined;
  }
  memory.set(image);
  return digest;
}

function fullness({ size, bytes }: ImageMemory, most: MostImages): string | undefined {
  if (size >= most.images) return `${most.images} images are known, and no more are taken in`;
  return bytes >= most.bytes ? `what is known of images takes ${bytes} bytes, and no more is taken in` : undefined;
}
