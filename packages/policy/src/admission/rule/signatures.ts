import type { Pod } from '@bulkhead/pod-rules';
import type { SignatureCriterion } from '../policy.ts';
import type { JudgedProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { type ImageCandidate, imageCandidates, isCandidate, unknownImage } from './known-images.ts';

/** Enough of a fingerprint to tell keys apart. */
const SHOWN_FINGERPRINT = 12;

/** Where images have no signature by one of the keys, of those whose signatures were looked at. */
export function* signatures(pod: Pod, criterion: SignatureCriterion, context: RuleContext): Generator<JudgedProblem> {
  for (const found of imageCandidates(pod, criterion.images, context)) {
    if (isCandidate(found)) yield* judgeImage(found, criterion, context);
    else yield found;
  }
}

function* judgeImage(
  { entry, label, one }: ImageCandidate,
  { keys, notScanned: answer }: SignatureCriterion,
  context: RuleContext,
): Generator<JudgedProblem> {
  const { keys: held = [], verified = [] } = one?.signatures ?? {};
  if (keys.some(({ fingerprint }) => verified.includes(fingerprint))) return;
  const missing = keys.filter(({ fingerprint }) => !held.includes(fingerprint));
  if (one === undefined || missing.length > 0) {
    const why = `${label}: its signatures were not held against ${inWords(missing)}`;
    // Its registry may not have been looked at yet.
    const mayWait = one?.signatures === undefined;
    const fix = 'Have its registry watched with this key among its keys';
    yield* unknownImage(entry, { answer, why, mayWait, fix }, context, one?.digest);
    return;
  }
  yield {
    ...entry.place,
    image: one.digest,
    message: `${label} has no signature by ${inWords(keys)}`,
    fix: 'Sign the image (cosign sign --key …), or use one that is signed; its registry is looked at again each hour',
  };
}

function inWords(keys: SignatureCriterion['keys']): string {
  const names = keys.map(({ fingerprint }) => `sha256:${fingerprint.slice(0, SHOWN_FINGERPRINT)}`);
  return names.length === 1 ? `the key ${names.join()}` : `any of the keys ${names.join(', ')}`;
}
