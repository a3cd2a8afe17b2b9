import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A public key that signatures are held against. */
export interface TrustedKey {
  readonly key: KeyObject;
  /** SHA-256 of the key (SubjectPublicKeyInfo), in hex. */
  readonly fingerprint: string;
}

export type TrustedKeyOutcome =
  | { readonly ok: true; readonly key: TrustedKey }
  /** Why it cannot be used, in some words. */
  | { readonly ok: false; readonly why: string };

/** RSA of 8,192 bits takes less, as PEM. */
export const MAX_PEM_LENGTH = 4_096;

/** Reads a public key in PEM: ECDSA over P-256, P-384 or P-521, RSA of 2048 bits and more, or Ed25519. Never throws. */
export function readPublicKey(pem: string): TrustedKeyOutcome {
  // A private key would be taken too, and its public half derived: it has no place here.
  if (pem.includes('PRIVATE KEY')) return { ok: false, why: 'it is a private key' };
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const isLongRsa = type === 'rsa' && (details?.modulusLength ?? 0) >= 2048;
  const isKnownCurve = type === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? '');
  if (!isLongRsa && !isKnownCurve && type !== 'ed25519') {
    return { ok: false, why: `it is of the kind ${String(type)}` };
  }
  const spki = key.export({ type: 'spki', format: 'der' });
  return { ok: true, key: { key, fingerprint: createHash('sha256').update(spki).digest('hex') } };
}
