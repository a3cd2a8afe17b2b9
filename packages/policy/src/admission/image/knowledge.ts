import type { NamedImage } from '../image-name.ts';
import type { KnownImage } from './known-image.ts';

/** What is known of images, at hand: asking it waits for nobody. */
export interface ImageKnowledge {
  /** The images that a reference leads to, one a platform. None: nothing is known of it. */
  find(image: NamedImage): readonly KnownImage[];
  /** The images that an image was built on, of those that are known: it begins with all their layers. It is one of them itself. */
  basesOf(image: KnownImage): readonly KnownImage[];
  /** Why less may be known than there is to know, as the end of a sentence; nothing where it is as new as it should be. */
  readonly doubt: string | undefined;
}

/** For where nothing is known of any image. */
export const NO_IMAGES: ImageKnowledge = {
  find: () => [],
  basesOf: () => [],
  doubt: 'no source of scans is configured',
};
