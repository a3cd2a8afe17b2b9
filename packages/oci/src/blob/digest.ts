import { createHash, type Hash } from 'node:crypto';
import { OciError, type OciErrorCode } from '../error.ts';

export { isDigest } from '@bulkhead/core';

export function hashFor(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

/** Compares what was read with what was announced. */
export function checkDigest(hash: Hash, digest: string, code: OciErrorCode, what: string): void {
  const actual = `${digest.slice(0, digest.indexOf(':'))}:${hash.digest('hex')}`;
  if (actual === digest) return;
  throw new OciError(code, { what, why: `its digest is ${short(actual)} instead of ${short(digest)}` });
}

/** A digest as people compare it. */
export function short(digest: string): string {
  return digest.slice(0, digest.indexOf(':') + 13);
}
