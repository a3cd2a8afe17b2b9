/** Two words that nobody outside of the process knows. */
export type HashKey = readonly [number, number];

const LAST_ROUNDS = 4;
const ROUNDS = 2;

/**
 * HalfSipHash-2-4 with 32 bits. Names of packages are written by who makes an image: without a key somebody could make any number
 * that are looked up at the same place.
 */
export function keyedHash(bytes: Uint8Array, [first, second]: HashKey): number {
  let v0 = first;
  let v1 = second;
  let v2 = 0x6c796765 ^ first;
  let v3 = 0x74656462 ^ second;
  const mix = (rounds: number): void => {
    for (let round = 0; round < rounds; round += 1) {
      v0 = (v0 + v1) | 0;
      v1 = rotated(v1, 5) ^ v0;
      v0 = rotated(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotated(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotated(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotated(v1, 13) ^ v2;
      v2 = rotated(v2, 16);
    }
  };
  const whole = bytes.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    const word =
      byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);
    v3 ^= word;
    mix(ROUNDS);
    v0 ^= word;
  }
  let last = (bytes.length & 0xff) << 24;
  for (let at = whole; at < bytes.length; at += 1) last |= byteAt(bytes, at) << ((at & 3) * 8);
  v3 ^= last;
  mix(ROUNDS);
  v0 ^= last;
  v2 ^= 0xff;
  mix(LAST_ROUNDS);
  return (v1 ^ v3) >>> 0;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
