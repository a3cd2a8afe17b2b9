import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto';
import { PkiError } from './error.ts';

/** ECDSA on P-256: small certificates, fast handshakes, known to everything that speaks TLS. */
export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CURVE = 'prime256v1';

/** A key pair, and its private half as PKCS #8 in PEM. */
export interface Keys {
  readonly pair: webcrypto.CryptoKeyPair;
  readonly pem: string;
}

export async function generateKeys(): Promise<Keys> {
  const pair = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const pem = KeyObject.from(pair.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { pair, pem };
}

/** Reads a private key of the kind made here. Throws `KEY_UNREADABLE`, whose message never holds a part of the key. */
export function readSigningKey(pem: string): { readonly object: KeyObject; readonly key: webcrypto.CryptoKey } {
  const refuse = (why: string, cause?: unknown): PkiError =>
    new PkiError(
      'KEY_UNREADABLE',
      { what: 'cannot use a private key', why, fix: 'give an unencrypted ECDSA P-256 key in PEM' },
      cause === undefined ? {} : { cause },
    );
  let object: KeyObject;
  try {
    object = createPrivateKey(pem);
  } catch (cause) {
    throw refuse('it is no private key in PEM, or it needs a passphrase', cause);
  }
  const kind = object.asymmetricKeyType ?? 'unknown';
  if (kind !== 'ec' || object.asymmetricKeyDetails?.namedCurve !== CURVE) {
    throw refuse(`it is of another kind (${[kind, object.asymmetricKeyDetails?.namedCurve ?? ''].join(' ').trim()})`);
  }
  return { object, key: object.toCryptoKey(ALGORITHM, true, ['sign']) };
}
