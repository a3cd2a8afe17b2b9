import { generateKeyPairSync } from 'node:crypto';
import { readTrustRoot } from '@bulkhead/core';
import { createSigstore, type Sigstore } from '@bulkhead/lab';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { requireTrustRoot, signersOf } from './signers.ts';

describe('a trust root', () => {
  let sigstore: Sigstore;
  let blocks: readonly string[];

  beforeAll(async () => {
    sigstore = await createSigstore();
    blocks = sigstore.pem.match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----\n/g) ?? [];
  });

  it('is the same for the same text, whatever ends its lines', () => {
    const { fingerprint } = requireTrustRoot(sigstore.pem);

    expect(requireTrustRoot(` ${sigstore.pem.replaceAll('\n', '\r\n')}\n`).fingerprint).toBe(fingerprint);
    expect(requireTrustRoot(sigstore.document).fingerprint).not.toBe(fingerprint);
  });

  it('has an authority up to its own certificate, and a log', () => {
    const [intermediate = '', root = '', key = ''] = blocks;

    expect(() => requireTrustRoot(root + key)).not.toThrow();
    expect(() => requireTrustRoot(intermediate + key)).toThrow('no certificate of an authority that signed itself');
    expect(() => requireTrustRoot(root)).toThrow('no public key of a log');
    expect(() => requireTrustRoot('')).toThrow('no certificate');
    expect(() => requireTrustRoot(root + key.replace('BEGIN PUBLIC', 'BEGIN RSA PUBLIC'))).toThrow('a key');
  });

  it('takes no private key, and nothing beyond its bound', () => {
    const secret = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

    expect(() => requireTrustRoot(sigstore.pem + secret)).toThrow('it has a private key');
    expect(() => requireTrustRoot(sigstore.pem.repeat(50))).toThrow('more than 65536 characters');
    expect(() => requireTrustRoot(`${sigstore.pem}${(blocks[2] ?? '').repeat(64)}`)).toThrow('more than 64 parts');
  });

  it.each([
    ['no authority', { certificateAuthorities: [] }],
    ['no log', { tlogs: undefined }],
    ['a log without its name', { tlogs: [{ publicKey: { rawBytes: '' } }] }],
    ['a log without a key', { tlogs: [{ logId: { keyId: '' } }] }],
    ['an authority without certificates', { certificateAuthorities: [{}] }],
    [
      'a certificate that is none',
      { certificateAuthorities: [{ certChain: { certificates: [{ rawBytes: 'AAAA' }] } }] },
    ],
    ['authorities that are nothing', { certificateAuthorities: [null] }],
  ])('is no document with %s', (_, change) => {
    const text = JSON.stringify({ ...(JSON.parse(sigstore.document) as object), ...change });

    expect(readTrustRoot(text)).toMatchObject({ ok: false });
  });

  it('that was taken can be used, and no text makes it throw', async () => {
    const piece = fc.oneof(
      fc.constantFrom(...blocks, sigstore.document, '{', '{"tlogs":[', 'null', ']}'),
      fc.json(),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 5 }), async (pieces) => {
        const outcome = readTrustRoot(pieces.join(''));
        if (!outcome.ok) return;
        const { reasons } = await signersOf('sha256:0', [{ form: 'bundle', content: Buffer.from('{}') }], outcome.root);

        expect(reasons).toEqual(['it has no certificate with an entry in a log']);
      }),
    );
  });
});
