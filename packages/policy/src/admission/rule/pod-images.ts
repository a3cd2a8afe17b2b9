import { at, type Pod } from '@bulkhead/pod-rules';
import type { ImageKnowledge } from '../image/knowledge.ts';
import type { KnownImage } from '../image/known-image.ts';
import type { RuleProblem } from '../violation.ts';
import { isReference, type PodReference } from './pod-references.ts';

/** The image of one container, and all that is known of what it may be. */
export interface PodImage extends PodReference {
  /** Begins every message: `image web:1`. */
  readonly written: string;
  /** One a platform, of those on which the pod may run. */
  readonly known: readonly KnownImage[];
}

/** Enough of a digest to tell images apart. */
const SHOWN_DIGEST = 'sha256:'.length + 12;

/** The images of a pod's containers, of what they name, and for what is no reference the problem that this is. */
export function podImages(
  pod: Pod,
  references: readonly (PodReference | RuleProblem)[],
  knowledge: ImageKnowledge,
): readonly (PodImage | RuleProblem)[] {
  return references.map((entry) => {
    if (!isReference(entry)) return entry;
    return { ...entry, written: `image ${entry.reference}`, known: ofPlatform(knowledge.find(entry.image), pod) };
  });
}

/** Whether an entry of `podImages` is an image. */
export function isPodImage(entry: PodImage | RuleProblem): entry is PodImage {
  return 'known' in entry;
}

/** What is said of one of the images that a reference may lead to: by which name, and which one. */
export function labelOf({ image, written }: PodImage, { digest, platform }: KnownImage, several: boolean): string {
  // A tag is another image tomorrow: what is said of it is said of the digest that it had.
  const tag = `its tag led to ${digest.slice(0, SHOWN_DIGEST)} when the registry was looked at last`;
  const parts = [...(image.digest === undefined ? [tag] : []), ...(several ? [platform] : [])];
  return parts.length === 0 ? written : `${written} (${parts.join(', ')})`;
}

function ofPlatform(images: readonly KnownImage[], { spec }: Pod): readonly KnownImage[] {
  const { scalar } = at(spec, ['nodeSelector', 'kubernetes.io/arch']);
  if (images.length < 2 || typeof scalar !== 'string') return images;
  return images.filter(({ platform }) => platform.split('/')[1] === scalar);
}
