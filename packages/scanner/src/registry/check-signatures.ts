import type { TrustedKey } from '@bulkhead/core';
import type { SignatureMaterial } from '../signature/material.ts';
import { verifySignatures } from '../signature/verify.ts';
import type { SignatureCheck } from './stored-scan.ts';

/** Whose signatures an image has, among those of some keys. Never throws. */
export function checkSignatures(
  digest: string,
  materials: readonly SignatureMaterial[],
  keys: readonly TrustedKey[],
): SignatureCheck {
  const verified = keys.filter((key) => verifySignatures(digest, materials, key).verified);
  return { digest, keys: fingerprintsOf(keys), verified: fingerprintsOf(verified) };
}

function fingerprintsOf(keys: readonly TrustedKey[]): readonly string[] {
  return [...new Set(keys.map(({ fingerprint }) => fingerprint))].toSorted();
}
