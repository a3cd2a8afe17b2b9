import { matchesGlob } from '../../selection/glob.ts';
import type { ImageCriterion } from '../policy.ts';
import type { RuleProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { isReference, type PodReference } from './pod-references.ts';

/** Where images come from somewhere else, or are not pinned as they have to be. */
export function* images(criterion: ImageCriterion, { facts }: RuleContext): Generator<RuleProblem> {
  for (const entry of facts.references) {
    if (!isReference(entry)) {
      yield entry;
      continue;
    }
    for (const problem of imageProblems(entry, criterion)) yield { ...entry.place, ...problem };
  }
}

function* imageProblems(
  { image, reference: written }: PodReference,
  { allow, deny, digest, denyTags }: ImageCriterion,
): Generator<Pick<RuleProblem, 'message' | 'fix'>> {
  const matches = (globs: readonly string[]): boolean => globs.some((glob) => matchesGlob(glob, image.name));
  if (allow !== undefined && !matches(allow)) {
    yield {
      message: `image ${written} (${image.name}) is none of those allowed`,
      fix: `Use an image of ${allow.join(', ')}`,
    };
  }
  const denied = deny?.find((glob) => matchesGlob(glob, image.name));
  if (denied !== undefined) {
    yield { message: `image ${written} (${image.name}) is denied by ${denied}`, fix: 'Use another image' };
  }
  if (digest === 'required' && image.digest === undefined) {
    yield {
      message: `image ${written} is not pinned by digest`,
      fix: 'Add the digest: image:tag@sha256:…',
    };
  }
  const { tag } = image;
  if (tag === undefined || image.digest !== undefined) return;
  if (denyTags?.some((glob) => matchesGlob(glob, tag)) === true) {
    yield { message: `image ${written} has the tag ${tag}`, fix: 'Name a version, better a digest' };
  }
}
