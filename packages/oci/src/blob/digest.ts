import { createHash, type Hash } from 'node:crypto';
import { OciError, type OciErrorCode } from '../error.ts';

export { isDigest } from '@bulkhead/core';

export function hashFor(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

/** Compares what was read with what was announced. `fix` says what to do where they differ. */
export function checkDigest(hash: Hash, digest: string, code: OciErrorCode, what: string, fix?: string): void {
  const actual = `${digest.slice(0, digest.indexOf(':'))}:${hash.digest('hex')}`;
  if (actual === digest) return;
  const why = `its digest is ${short(actual)} instead of ${short(digest)}`;
  throw new OciError(code, { what, why, ...(fix !== undefined && { fix }) });
}

/** A digest as people compare it. */
export function short(digest: string): string {
  return digest.slice(0, digest.indexOf(':') + 13);
}
