import type { ImageSignatures } from '../image/known-image.ts';
import { expectedInWords, isExpectedSigner, signerInWords } from '../image/signer.ts';
import type { KeylessSigner, SignatureCriterion } from '../policy.ts';
import type { JudgedProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { type ImageCandidate, imageCandidates, isCandidate, unknownImage } from './known-images.ts';

/** Enough of a fingerprint to tell keys apart. */
const SHOWN_FINGERPRINT = 12;
/** Others who have signed, that an answer names. */
const MAX_NAMED = 3;

const NOTHING: ImageSignatures = { keys: [], verified: [], roots: [], signers: [] };

/** Where images are signed by none of those who may sign them, of those whose signatures were looked at. */
export function* signatures(criterion: SignatureCriterion, context: RuleContext): Generator<JudgedProblem> {
  for (const found of imageCandidates(criterion.images, context)) {
    if (isCandidate(found)) yield* judgeImage(found, criterion, context);
    else yield found;
  }
}

function* judgeImage(
  { entry, label, one }: ImageCandidate,
  { keys, keyless, notScanned: answer }: SignatureCriterion,
  context: RuleContext,
): Generator<JudgedProblem> {
  const known = one?.signatures ?? NOTHING;
  if (keys.some(({ fingerprint }) => known.verified.includes(fingerprint))) return;
  if (keyless.some((expected) => isSignedBy(expected, known))) return;
  const unheld = {
    keys: keys.filter(({ fingerprint }) => !known.keys.includes(fingerprint)),
    keyless: keyless.filter(({ trustRoot }) => !known.roots.includes(trustRoot.fingerprint)),
  };
  if (one === undefined || unheld.keys.length + unheld.keyless.length > 0) {
    const why = `${label}: its signatures were not held against ${inWords(unheld)}`;
    const fix =
      'Have its registry watched, and this policy where the api has its policy, or its key and trust root with the registry';
    // Workers get what policies name, and look again at what is asked about.
    yield* unknownImage(entry, { answer, why, mayWait: true, fix }, context, one?.digest);
    return;
  }
  yield {
    ...entry.place,
    image: one.digest,
    message: `${label} has no signature by ${inWords({ keys, keyless })}${othersInWords(keyless, known)}`,
    fix: 'Sign the image (cosign sign), or use one that is signed; its registry is looked at again each hour',
  };
}

function isSignedBy(expected: KeylessSigner, { signers }: ImageSignatures): boolean {
  return signers.some((signer) => signer.root === expected.trustRoot.fingerprint && isExpectedSigner(expected, signer));
}

function inWords({ keys, keyless }: Pick<SignatureCriterion, 'keys' | 'keyless'>): string {
  const keyNames = keys.map(({ fingerprint }) => `sha256:${fingerprint.slice(0, SHOWN_FINGERPRINT)}`);
  const parts = [
    ...(keyNames.length === 0
      ? []
      : [keyNames.length === 1 ? `the key ${keyNames.join()}` : `any of the keys ${keyNames.join(', ')}`]),
    ...keyless.map(expectedInWords),
  ];
  return parts.join(' or ');
}

/** Who else has signed, by the trust roots that were asked. */
function othersInWords(keyless: readonly KeylessSigner[], { signers }: ImageSignatures): string {
  const roots = new Set(keyless.map(({ trustRoot }) => trustRoot.fingerprint));
  const others = new Set(signers.filter(({ root }) => roots.has(root)).map(signerInWords));
  return others.size === 0 ? '' : `, but by ${[...others].slice(0, MAX_NAMED).join(', ')}`;
}
