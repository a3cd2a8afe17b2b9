import { type KeyObject, verify } from 'node:crypto';
import { readPublicKey, type TrustedKey } from '@bulkhead/core';
import { ScanError } from '../error.ts';
import { bundleSubjects, paeOf, readBundle } from './bundle.ts';
import type { SignatureMaterial } from './material.ts';
import { signedDigest } from './simple-signing.ts';

export type SignatureVerdict =
  | { readonly verified: true; readonly form: SignatureMaterial['form'] }
  /** Why, one for each signature that was looked at; none where there is none. */
  | { readonly verified: false; readonly reasons: readonly string[] };

/** Reads a public key in PEM, as `readPublicKey` does. Throws a `ScanError`. */
export function readTrustedKey(pem: string): TrustedKey {
  const outcome = readPublicKey(pem);
  if (!outcome.ok) throw invalidKey(outcome.why);
  return outcome.key;
}

/**
 * Whether one of some signatures is the key's, and of the image with this digest. Everything it needs is given: nothing is asked of
 * a network. Never throws.
 */
export function verifySignatures(
  digest: string,
  materials: readonly SignatureMaterial[],
  { key }: TrustedKey,
): SignatureVerdict {
  const reasons: string[] = [];
  for (const material of materials) {
    const why =
      material.form === 'simple' ? whyNotSimple(digest, material, key) : whyNotBundle(digest, material.content, key);
    if (why === undefined) return { verified: true, form: material.form };
    reasons.push(why);
  }
  return { verified: false, reasons };
}

function whyNotSimple(
  digest: string,
  { payload, signature }: Extract<SignatureMaterial, { form: 'simple' }>,
  key: KeyObject,
): string | undefined {
  // First the signature: what nobody has signed is not read.
  if (!isSignedBy(key, payload, signature)) return 'it is not by this key';
  const signed = signedDigest(payload);
  if (!signed.ok) return signed.why;
  return signed.digest === digest ? undefined : 'it is of another image';
}

function whyNotBundle(digest: string, content: Buffer, key: KeyObject): string | undefined {
  const bundle = readBundle(content);
  if (!bundle.ok) return bundle.why;
  const payload = Buffer.from(bundle.payload, 'base64');
  if (!isSignedBy(key, paeOf(bundle.payloadType, payload), bundle.signature)) return 'it is not by this key';
  const subjects = bundleSubjects(payload);
  if (!subjects.ok) return subjects.why;
  return subjects.digests.includes(digest) ? undefined : 'it is of another image';
}

function isSignedBy(key: KeyObject, data: Buffer, signature: string): boolean {
  try {
    const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    return verify(hash, data, key, Buffer.from(signature, 'base64'));
  } catch {
    // Bytes that are no signature at all.
    return false;
  }
}

function invalidKey(why: string): ScanError {
  return new ScanError('INVALID_KEY', {
    what: 'the key cannot be used',
    why,
    fix: 'give a public key in PEM: ECDSA, RSA of 2048 bits or more, or Ed25519',
  });
}
