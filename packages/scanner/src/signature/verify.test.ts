import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignatureMaterial } from './material.ts';
import { readTrustedKey, verifySignatures } from './verify.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const KEY = readTrustedKey(publicKey.export({ type: 'spki', format: 'pem' }));

describe('a signature', () => {
  it('holds for what was signed and for no byte of it that differs', () => {
    const good = simple(payloadOf(DIGEST));
    expect(verifySignatures(DIGEST, [good], KEY)).toEqual({ verified: true, form: 'simple' });
    fc.assert(
      fc.property(fc.nat(good.payload.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const payload = Buffer.from(good.payload);
        payload[at] = (payload[at] ?? 0) ^ change;

        expect(verifySignatures(DIGEST, [{ ...good, payload }], KEY).verified).toBe(false);
      }),
    );
  });

  it.each([
    [
      'of another kind',
      { critical: { type: 'atomic container signature', image: { 'docker-manifest-digest': DIGEST } } },
    ],
    ['without a digest', { critical: { type: 'cosign container image signature', image: {} } }],
    ['that is a list', []],
  ])('over a payload %s holds for no image', (_, payload) => {
    expect(verifySignatures(DIGEST, [simple(Buffer.from(JSON.stringify(payload)))], KEY)).toEqual({
      verified: false,
      reasons: ['what was signed is no signature of an image'],
    });
  });

  it('never throws, whatever lies beside an image', () => {
    const hostile: fc.Arbitrary<SignatureMaterial> = fc.oneof(
      fc.record({ form: fc.constant('simple' as const), payload: bytes(), signature: fc.string() }),
      fc.record({
        form: fc.constant('bundle' as const),
        content: fc.oneof(
          bytes(),
          fc.json().map((text) => Buffer.from(text)),
        ),
      }),
      fc.json().map((text) => simple(Buffer.from(text))),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (materials) => {
        expect(verifySignatures(DIGEST, materials, KEY)).toMatchObject({ verified: false });
      }),
    );
  });
});

describe('a trusted key', () => {
  it.each([
    ['a private key', privateKey.export({ type: 'pkcs8', format: 'pem' })],
    [
      'a short RSA key',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' }),
    ],
    [
      'another curve',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ type: 'spki', format: 'pem' }),
    ],
    ['no key', 'hello'],
  ])('is not %s', (_, pem) => {
    expect(() => readTrustedKey(pem)).toThrow('the key cannot be used');
  });
});

function bytes(): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));
}

function payloadOf(digest: string): Buffer {
  const critical = { type: 'cosign container image signature', image: { 'docker-manifest-digest': digest } };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

function simple(payload: Buffer): Extract<SignatureMaterial, { form: 'simple' }> {
  return { form: 'simple', payload, signature: sign('sha256', payload, privateKey).toString('base64') };
}
