import { matchesGlob } from '../../selection/glob.ts';
import type { KnownImage } from '../image/known-image.ts';
import type { NotScannedAnswer } from '../policy.ts';
import type { JudgedProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { isPodImage, labelOf, type PodImage } from './pod-images.ts';

/** One of the images that a container's may be. */
export interface ImageCandidate {
  readonly entry: PodImage;
  /** Begins every message: `image web:1 (its tag led to sha256:0123… …)`. */
  readonly label: string;
  /** Nothing for an image of which nobody knows anything. */
  readonly one: KnownImage | undefined;
}

/**
 * What the images of a pod may be, of those that some globs over `registry/repository` are about (all without any), and for what is no
 * reference the problem that this is.
 */
export function* imageCandidates(
  globs: readonly string[] | undefined,
  context: RuleContext,
): Generator<ImageCandidate | JudgedProblem> {
  for (const entry of context.facts.images) {
    if (!isPodImage(entry)) {
      yield entry;
      continue;
    }
    const { image, known, written } = entry;
    if (globs !== undefined && !globs.some((glob) => matchesGlob(glob, image.name))) continue;
    if (known.length === 0) yield { entry, label: written, one: undefined };
    for (const one of known) yield { entry, label: labelOf(entry, one, known.length > 1), one };
  }
}

/** Whether an entry of `imageCandidates` is one. */
export function isCandidate(entry: ImageCandidate | JudgedProblem): entry is ImageCandidate {
  return 'entry' in entry;
}

/** Why nothing can be said of an image, and what is to be said then. */
export interface Unknown {
  readonly answer: NotScannedAnswer;
  /** What nobody has done, after the image's name. */
  readonly why: string;
  /** Whether it may be known later, without anybody doing something. */
  readonly mayWait: boolean;
  /** What to do where waiting does not help. */
  readonly fix: string;
}

/** The problem that it is when nothing can be said of an image; none where that is allowed. */
export function* unknownImage(
  { place, reference }: PodImage,
  { answer, why, mayWait, fix }: Unknown,
  { images: { doubt } }: Pick<RuleContext, 'images'>,
  digest?: string,
): Generator<JudgedProblem> {
  if (answer === 'allow') return;
  const retry = answer === 'wait' && mayWait;
  yield {
    ...place,
    ...(digest !== undefined && { image: digest }),
    message: `${why}${doubt === undefined ? '' : ` (${doubt})`}${retry ? '; try again later' : ''}`,
    fix: retry ? 'Wait until the image is scanned: its registry has to be watched' : fix,
    ...(answer === 'warn' && { atMost: 'warn' as const }),
    ...(retry && { retry, unscanned: reference }),
  };
}
