import { describe, expect, it } from 'vitest';
import { keyedHash } from './keyed-hash.ts';

/** The key of the published vectors: bytes 0 to 7. */
const KEY = [0x03020100, 0x07060504] as const;

describe('keyedHash', () => {
  it('gives what the reference implementation gives for its first vectors', () => {
    const vectors = [0x5b9f35a9, 0xb85a4727, 0x03a662fa, 0x04e7fe8a, 0x89466e2a];

    expect(vectors.map((_, length) => keyedHash(bytesUpTo(length), KEY))).toEqual(vectors);
  });

  it('is another one by another key, and by any other byte', () => {
    const bytes = bytesUpTo(40);
    const hashes = new Set([keyedHash(bytes, KEY), keyedHash(bytes, [1, 2]), keyedHash(bytes, [2, 1])]);
    for (let at = 0; at < bytes.length; at += 1) {
      hashes.add(keyedHash(bytes.with(at, 0xff), KEY));
      hashes.add(keyedHash(bytes.subarray(0, at), KEY));
    }

    expect(hashes.size).toBe(83);
  });
});

function bytesUpTo(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index);
}
