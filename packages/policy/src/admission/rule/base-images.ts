import type { Pod } from '@bulkhead/pod-rules';
import { matchesGlob } from '../../selection/glob.ts';
import type { KnownImage } from '../image/known-image.ts';
import { namedImage } from '../image-name.ts';
import type { BaseImageCriterion } from '../policy.ts';
import type { JudgedProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { isPodImage, labelOf, type PodImage, podImages } from './pod-images.ts';

/** Other bases that an answer names. */
const MAX_NAMED = 3;

/** Where images are built on none of the bases that they may be built on, by their layers: what images say of themselves is not asked. */
export function* baseImages(pod: Pod, criterion: BaseImageCriterion, context: RuleContext): Generator<JudgedProblem> {
  const { images: globs } = criterion;
  for (const entry of podImages(pod, context)) {
    if (!isPodImage(entry)) {
      yield entry;
      continue;
    }
    if (globs !== undefined && !globs.some((glob) => matchesGlob(glob, entry.image.name))) continue;
    if (entry.known.length === 0) yield* unknown(entry, entry.written, undefined, criterion, context);
    for (const one of entry.known) yield* judgeImage(entry, one, criterion, context);
  }
}

function* judgeImage(
  entry: PodImage,
  one: KnownImage,
  criterion: BaseImageCriterion,
  context: RuleContext,
): Generator<JudgedProblem> {
  const label = labelOf(entry, one, entry.known.length > 1);
  if (one.chain === undefined) {
    yield* unknown(entry, label, one, criterion, context);
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

function* unknown(
  { place, reference }: PodImage,
  label: string,
  one: KnownImage | undefined,
  { notScanned: answer }: BaseImageCriterion,
  { images: { doubt } }: RuleContext,
): Generator<JudgedProblem> {
  if (answer === 'allow') return;
  const failure = one?.failure;
  const retry = answer === 'wait' && failure === undefined;
  const why =
    failure === undefined ? 'nobody has looked into its layers yet' : `its layers could not be looked into: ${failure}`;
  yield {
    ...place,
    ...(one !== undefined && { image: one.digest }),
    message: `${label}: ${why}${doubt === undefined ? '' : ` (${doubt})`}${retry ? '; try again later' : ''}`,
    fix: retry ? 'Wait until the image is scanned: its registry has to be watched' : 'Have its registry watched',
    ...(answer === 'warn' && { atMost: 'warn' as const }),
    ...(retry && { retry, unscanned: reference }),
  };
}
