import { readTrustRoot, type TrustRoot } from '@bulkhead/core';
import { ScanError } from '../error.ts';
import type { Signers } from './keyless/verify.ts';
import type { SignatureMaterial } from './material.ts';

/** Reads a trust root, as `readTrustRoot` does. Throws a `ScanError`. */
export function requireTrustRoot(text: string): TrustRoot {
  const outcome = readTrustRoot(text);
  if (outcome.ok) return outcome.root;
  throw new ScanError('INVALID_KEY', {
    what: 'the trust root cannot be used',
    why: outcome.why,
    fix: 'give a trusted_root.json of Sigstore, or certificates of the authority and public keys of the log in PEM',
  });
}

/** As `verifyKeyless`, whose libraries take 15 MB and are loaded only for whom has a trust root. Never rejects. */
export async function signersOf(
  digest: string,
  materials: readonly SignatureMaterial[],
  root: TrustRoot,
): Promise<Signers> {
  const { verifyKeyless } = await import('./keyless/verify.ts');
  return verifyKeyless(digest, materials, root);
}
