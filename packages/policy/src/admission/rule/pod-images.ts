import { at, type Container, type Pod } from '@bulkhead/pod-rules';
import type { KnownImage } from '../image/known-image.ts';
import { type NamedImage, namedImage } from '../image-name.ts';
import type { JudgedProblem, RuleProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';

/** The image of one container, and all that is known of what it may be. */
export interface PodImage {
  readonly container: Container;
  readonly image: NamedImage;
  /** As the pod has it. */
  readonly reference: string;
  /** Begins every message: `image web:1`. */
  readonly written: string;
  readonly place: Pick<RuleProblem, 'line' | 'subject'>;
  /** One a platform, of those on which the pod may run. */
  readonly known: readonly KnownImage[];
}

/** Enough of a digest to tell images apart. */
const SHOWN_DIGEST = 'sha256:'.length + 12;

/** The images of a pod's containers, and for what is no reference the problem that this is. */
export function* podImages(pod: Pod, { images }: Pick<RuleContext, 'images'>): Generator<PodImage | JudgedProblem> {
  for (const container of pod.containers) {
    const value = container.spec.get('image');
    const image = namedImage(value.scalar);
    const place = { line: value.line, subject: container.subject };
    if (image === undefined) {
      const message = value.exists ? `image ${JSON.stringify(value.scalar ?? null)} is no reference` : 'names no image';
      yield { ...place, message, fix: 'Write the image as registry/repository:tag@digest' };
      continue;
    }
    const known = ofPlatform(images.find(image), pod);
    const reference = String(value.scalar);
    yield { container, image, reference, written: `image ${reference}`, place, known };
  }
}

/** Whether an entry of `podImages` is an image. */
export function isPodImage(entry: PodImage | JudgedProblem): entry is PodImage {
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
