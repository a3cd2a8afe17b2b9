import { matchesGlob } from '../../selection/glob.ts';
import { namedImage } from '../image-name.ts';
import type { BaseImageCriterion } from '../policy.ts';
import type { JudgedProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { type ImageCandidate, imageCandidates, isCandidate, unknownImage } from './known-images.ts';

/** Other bases that an answer names. */
const MAX_NAMED = 3;

/** Where images are built on none of the bases that they may be built on, by their layers: what images say of themselves is not asked. */
export function* baseImages(criterion: BaseImageCriterion, context: RuleContext): Generator<JudgedProblem> {
  for (const found of imageCandidates(criterion.images, context)) {
    if (isCandidate(found)) yield* judgeImage(found, criterion, context);
    else yield found;
  }
}

function* judgeImage(
  { entry, label, one }: ImageCandidate,
  criterion: BaseImageCriterion,
  context: RuleContext,
): Generator<JudgedProblem> {
  if (one?.chain === undefined) {
    const failure = one?.failure;
    const why =
      failure === undefined
        ? 'nobody has looked into its layers yet'
        : `its layers could not be looked into: ${failure}`;
    const [mayWait, fix] = [failure === undefined, 'Have its registry watched'];
    const unknown = { answer: criterion.notScanned, why: `${label}: ${why}`, mayWait, fix };
    yield* unknownImage(entry, unknown, context, one?.digest);
    return;
  }
  const bases = context.images.basesOf(one).flatMap(({ names }) => names);
  if (bases.some((name) => isAllowed(name, criterion))) return;
  const others = [...new Set(bases)].filter((name) => !one.names.includes(name)).slice(0, MAX_NAMED);
  const found = others.length === 0 ? '' : `, but on ${others.join(', ')}`;
  yield {
    ...entry.place,
    image: one.digest,
    message: `${label} is built on none of the images that it may be built on${found}`,
    fix: `Build it anew on what a tag of ${criterion.allow.join(', ')} leads to now`,
  };
}

function isAllowed(name: string, { allow }: BaseImageCriterion): boolean {
  const named = namedImage(name);
  return named !== undefined && allow.some((glob) => matchesGlob(glob, named.name));
}
