import type { Pod } from '@bulkhead/pod-rules';
import { matchesGlob } from '../../selection/glob.ts';
import type { KnownImage } from '../image/known-image.ts';
import type { SignatureCriterion } from '../policy.ts';
import type { JudgedProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { isPodImage, labelOf, type PodImage, podImages } from './pod-images.ts';

/** Enough of a fingerprint to tell keys apart. */
const SHOWN_FINGERPRINT = 12;

/** Where images have no signature by one of the keys, of those whose signatures were looked at. */
export function* signatures(pod: Pod, criterion: SignatureCriterion, context: RuleContext): Generator<JudgedProblem> {
  const { images: globs } = criterion;
  for (const entry of podImages(pod, context)) {
    if (!isPodImage(entry)) {
      yield entry;
      continue;
    }
    if (globs !== undefined && !globs.some((glob) => matchesGlob(glob, entry.image.name))) continue;
    if (entry.known.length === 0) yield* unknown(entry, entry.written, criterion, context, true);
    for (const one of entry.known) yield* judgeImage(entry, one, criterion, context);
  }
}

function* judgeImage(
  entry: PodImage,
  one: KnownImage,
  criterion: SignatureCriterion,
  context: RuleContext,
): Generator<JudgedProblem> {
  const { keys: held = [], verified = [] } = one.signatures ?? {};
  const { keys } = criterion;
  if (keys.some(({ fingerprint }) => verified.includes(fingerprint))) return;
  const label = labelOf(entry, one, entry.known.length > 1);
  const missing = keys.filter(({ fingerprint }) => !held.includes(fingerprint));
  if (missing.length > 0) {
    yield* unknown(entry, label, { ...criterion, keys: missing }, context, one.signatures === undefined, one.digest);
    return;
  }
  yield {
    ...entry.place,
    image: one.digest,
    message: `${label} has no signature by ${inWords(keys)}`,
    fix: 'Sign the image (cosign sign --key …), or use one that is signed; its registry is looked at again each hour',
  };
}

/** Nobody has held its signatures against the key. `waits`: that may be so because its registry was not looked at yet. */
function* unknown(
  { place, reference }: PodImage,
  label: string,
  { keys, notScanned: answer }: SignatureCriterion,
  { images: { doubt } }: RuleContext,
  waits: boolean,
  digest?: string,
): Generator<JudgedProblem> {
  if (answer === 'allow') return;
  const retry = answer === 'wait' && waits;
  const why = doubt === undefined ? '' : ` (${doubt})`;
  yield {
    ...place,
    ...(digest !== undefined && { image: digest }),
    message: `${label}: its signatures were not held against ${inWords(keys)}${why}${retry ? '; try again later' : ''}`,
    fix: 'Have its registry watched with this key among its keys',
    ...(answer === 'warn' && { atMost: 'warn' as const }),
    ...(retry && { retry, unscanned: reference }),
  };
}

function inWords(keys: SignatureCriterion['keys']): string {
  const names = keys.map(({ fingerprint }) => `sha256:${fingerprint.slice(0, SHOWN_FINGERPRINT)}`);
  return names.length === 1 ? `the key ${names.join()}` : `any of the keys ${names.join(', ')}`;
}
