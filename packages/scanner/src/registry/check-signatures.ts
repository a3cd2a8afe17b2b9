import { compareText } from '@bulkhead/core';
import type { SignatureMaterial } from '../signature/material.ts';
import { signersOf } from '../signature/signers.ts';
import { verifySignatures } from '../signature/verify.ts';
import type { ReadTrust } from './signature-trust.ts';
import type { RootedSigner, SignatureCheck } from './stored-scan.ts';

/** Signers of one image by all trust roots. */
const MAX_SIGNERS = 64;

/** Whose signatures an image has, among those of some keys, and who signed it, by some trust roots. Never rejects. */
export async function checkSignatures(
  digest: string,
  materials: readonly SignatureMaterial[],
  { keys, roots }: ReadTrust,
): Promise<SignatureCheck> {
  const verified = keys.filter((key) => verifySignatures(digest, materials, key).verified);
  const signers: RootedSigner[] = [];
  for (const root of roots) {
    const found = await signersOf(digest, materials, root);
    signers.push(...found.signers.map((signer) => ({ root: root.fingerprint, ...signer })));
  }
  return {
    digest,
    keys: fingerprintsOf(keys),
    verified: fingerprintsOf(verified),
    roots: fingerprintsOf(roots),
    signers: signers.toSorted((a, b) => compareText(a.root, b.root)).slice(0, MAX_SIGNERS),
  };
}

function fingerprintsOf(all: readonly { readonly fingerprint: string }[]): readonly string[] {
  return all.map(({ fingerprint }) => fingerprint).toSorted();
}
