import type { NamedImage } from '../image-name.ts';
import type { ImageKnowledge } from './knowledge.ts';
import type { KnownImage } from './known-image.ts';

/** The same knowledge for as long as one object is judged: every rule asks for the same images, and each is looked up once. */
export function askedOnce(images: ImageKnowledge): ImageKnowledge {
  const byReference = new Map<string, readonly KnownImage[]>();
  return {
    find(image) {
      const key = keyOf(image);
      const there = byReference.get(key);
      if (there !== undefined) return there;
      const found = images.find(image);
      byReference.set(key, found);
      return found;
    },
    basesOf: (image) => images.basesOf(image),
    get doubt() {
      return images.doubt;
    },
  };
}

function keyOf({ name, tag = '', digest = '' }: NamedImage): string {
  return `${name}:${tag}@${digest}`;
}
