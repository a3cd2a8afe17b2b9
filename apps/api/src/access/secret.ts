import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits: what is this random needs no slow hash. */
const SECRET_BYTES = 32;

/** A new secret, in characters that need no quoting anywhere. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** A short name for what a secret belongs to: lower case letters and digits, not secret itself. */
export function newId(): string {
  return randomBytes(8).toString('hex');
}

/** What is kept of a secret. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** What a page must send beside the cookie of its session: derived from it, and of no use without it. */
export function csrfTokenOf(sessionSecret: string): string {
  return createHash('sha256').update('csrf:').update(sessionSecret).digest('base64url');
}

/** Compares without telling by its time where two texts differ. */
export function isSameText(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
