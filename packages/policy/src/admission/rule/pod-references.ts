import type { Container, Pod } from '@bulkhead/pod-rules';
import { type NamedImage, namedImage } from '../image-name.ts';
import type { RuleProblem } from '../violation.ts';

/** What one container names as its image. */
export interface PodReference {
  readonly container: Container;
  readonly image: NamedImage;
  /** As the pod has it. */
  readonly reference: string;
  readonly place: Pick<RuleProblem, 'line' | 'subject'>;
}

/** What the containers of a pod name as their images, and for what is no reference the problem that this is. */
export function podReferences({ containers }: Pod): readonly (PodReference | RuleProblem)[] {
  return containers.map(referenceOf);
}

/** Whether an entry of `podReferences` is a reference. */
export function isReference(entry: PodReference | RuleProblem): entry is PodReference {
  return 'reference' in entry;
}

function referenceOf(container: Container): PodReference | RuleProblem {
  const value = container.spec.get('image');
  const image = namedImage(value.scalar);
  const place = { line: value.line, subject: container.subject };
  if (image !== undefined) return { container, image, reference: String(value.scalar), place };
  const message = value.exists ? `image ${JSON.stringify(value.scalar ?? null)} is no reference` : 'names no image';
  return { ...place, message, fix: 'Write the image as registry/repository:tag@digest' };
}
