import { randomUUID } from 'node:crypto';
import { readTrustRoot, type TrustRoot } from '@bulkhead/core';
import { createSigstore, type KeylessOptions, type Sigstore } from '@bulkhead/lab';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SignatureMaterial } from '../material.ts';
import { verifyKeyless } from './verify.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const BUILDER = { issuer: 'https://issuer.example.com', subject: 'builder@example.com' };
const WORKFLOW = 'https://git.example.com/shop/web/.ci/release.yml@refs/heads/main';

describe('a signature without a key', () => {
  let sigstore: Sigstore;
  let stranger: Sigstore;
  let roots: Readonly<Record<'pem' | 'document' | 'stranger', TrustRoot>>;

  beforeAll(async () => {
    [sigstore, stranger] = await Promise.all([createSigstore(), createSigstore()]);
    roots = {
      pem: rootOf(sigstore.pem),
      document: rootOf(sigstore.document),
      stranger: rootOf(stranger.document),
    };
  });

  const simple = async (options: KeylessOptions = {}, by = sigstore): Promise<SignatureMaterial> => {
    const payload = payloadOf(DIGEST);
    return simpleOf(payload, await by.signSimple(payload, options));
  };
  const bundle = async (options: KeylessOptions = {}): Promise<SignatureMaterial> =>
    bundleOf(await sigstore.signBundle(statementOf(DIGEST), options));

  describe.each(['pem', 'document'] as const)('by a trust root as %s', (form) => {
    it('is that of whom its certificate names, as annotations and as a bundle', async () => {
      const url = { names: [{ type: 'url', value: WORKFLOW }] } as const;

      expect(verifyKeyless(DIGEST, [await simple()], roots[form])).toEqual({ signers: [BUILDER], reasons: [] });
      expect(verifyKeyless(DIGEST, [await bundle()], roots[form])).toEqual({ signers: [BUILDER], reasons: [] });
      expect(verifyKeyless(DIGEST, [await bundle(url), await simple()], roots[form]).signers).toEqual([
        BUILDER,
        { ...BUILDER, subject: WORKFLOW },
      ]);
    });

    it('is nobody’s by another authority, and none of another image', async () => {
      expect(verifyKeyless(DIGEST, [await simple({}, stranger)], roots[form])).toMatchObject({
        signers: [],
        reasons: [expect.stringContaining('does not hold')],
      });
      expect(verifyKeyless(`sha256:${'b'.repeat(64)}`, [await simple(), await bundle()], roots[form])).toEqual({
        signers: [],
        reasons: ['it is of another image', 'it is of another image'],
      });
    });

    it.each<[string, KeylessOptions, string]>([
      ['was logged after its certificate ended', { integratedTime: Math.floor(Date.now() / 1000) + 3_600 }, 'chain'],
      ['was logged before its certificate began', { integratedTime: Math.floor(Date.now() / 1000) - 60 }, 'chain'],
      ['has an entry for another payload', { logged: { digest: 'b'.repeat(64) } }, 'mismatch'],
      ['has an entry for another signature', { logged: { signature: 'AAAA' } }, 'mismatch'],
      ['has a certificate for servers', { usage: '1.3.6.1.5.5.7.3.1' }, 'not one for signing'],
      ['has a certificate of nobody', { names: [] }, 'exactly one'],
      [
        'has a certificate of two',
        {
          names: [
            { type: 'email', value: 'a@example.com' },
            { type: 'url', value: 'https://b.example.com' },
          ],
        },
        'exactly one',
      ],
      ['has a certificate of an authority', { isAuthority: true }, 'authority'],
      ['names no provider', { issuer: '' }, 'who vouched'],
      ['names a provider in letters that are none', { issuer: 'https://issuer.example.cóm' }, 'who vouched'],
      ['names a subject with a space', { names: [{ type: 'url', value: 'https://a b' }] }, 'exactly one'],
    ])('is nobody’s when it %s', async (_, options, why) => {
      for (const one of [await simple(options), await bundle(options)]) {
        expect(verifyKeyless(DIGEST, [one], roots[form])).toEqual({
          signers: [],
          reasons: [expect.stringContaining(why)],
        });
      }
    });

    it('is nobody’s when the log has it by another certificate', async () => {
      const { pem } = await sigstore.certificate();
      for (const one of [
        await simple({ logged: { certificate: pem } }),
        await bundle({ logged: { certificate: pem } }),
      ]) {
        expect(verifyKeyless(DIGEST, [one], roots[form]).reasons).toEqual([
          'its entry in the log is for another certificate',
        ]);
      }
    });

    it('is understood from certificates of before there was the newer extension', async () => {
      expect(verifyKeyless(DIGEST, [await simple({ issuerAs: 'older' })], roots[form]).signers).toEqual([BUILDER]);
    });
  });

  it('is nobody’s without the promise of the log, or with that of another entry', async () => {
    const payload = payloadOf(DIGEST);
    const annotations = await sigstore.signSimple(payload);
    const other = await sigstore.signSimple(Buffer.from(randomUUID()));
    const bare = {
      form: 'simple',
      payload,
      signature: annotations['dev.cosignproject.cosign/signature'] ?? '',
    } as const;
    const entry = JSON.parse(annotations[ENTRY] ?? '') as object;
    const strange = JSON.parse(other[ENTRY] ?? '') as { readonly SignedEntryTimestamp: string };

    expect(verifyKeyless(DIGEST, [bare], roots.document).reasons).toEqual([
      'it has no certificate with an entry in a log',
    ]);
    const changed = JSON.stringify({ ...entry, SignedEntryTimestamp: strange.SignedEntryTimestamp });
    expect(verifyKeyless(DIGEST, [simpleOf(payload, { ...annotations, [ENTRY]: changed })], roots.document)).toEqual({
      signers: [],
      reasons: [expect.stringContaining('inclusion promise')],
    });
  });

  it('is nobody’s when a proof does not lead to what the log has signed', async () => {
    const good = await sigstore.signBundle(statementOf(DIGEST));
    const bad = JSON.parse(JSON.stringify(good)) as typeof good & {
      verificationMaterial: { tlogEntries: { inclusionProof: { hashes: string[]; treeSize: string } }[] };
    };
    for (const { inclusionProof } of bad.verificationMaterial.tlogEntries) {
      inclusionProof.hashes = [Buffer.alloc(32).toString('base64')];
      inclusionProof.treeSize = '2';
    }

    expect(verifyKeyless(DIGEST, [bundleOf(bad)], roots.document).signers).toEqual([]);
    // Keys alone name no log, so that its promise is what counts.
    expect(verifyKeyless(DIGEST, [bundleOf(bad)], roots.pem).signers).toEqual([BUILDER]);
  });

  it('is nobody’s with any byte of its bundle’s certificate, entry or envelope changed', async () => {
    const good = await sigstore.signBundle(statementOf(DIGEST));
    const text = JSON.stringify(good);
    const places = [...text.matchAll(/"(?:rawBytes|signedEntryTimestamp|canonicalizedBody|payload|sig)":"([^"]+)"/g)];
    const spans = places.map((match) => {
      const value = match[1] ?? '';
      return { at: match.index + match[0].lastIndexOf(value), length: value.replace(/=+$/, '').length };
    });
    const span = fc.constantFrom(...spans);
    fc.assert(
      fc.property(span, fc.nat(10_000), fc.integer({ min: 1, max: 63 }), ({ at, length }, place, change) => {
        // The last letter has bits that say nothing.
        const index = at + (place % (length - 1));
        const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
        const letter = letters[(letters.indexOf(text[index] ?? '') + change) % letters.length] ?? '';
        const content = Buffer.from(`${text.slice(0, index)}${letter}${text.slice(index + 1)}`);

        expect(verifyKeyless(DIGEST, [{ form: 'bundle', content }], roots.document).signers).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('never throws, whatever lies beside an image', async () => {
    const annotations = await sigstore.signSimple(payloadOf(DIGEST));
    const good = JSON.stringify(await sigstore.signBundle(statementOf(DIGEST)));
    const cut = fc.tuple(fc.nat(good.length), fc.nat(good.length), fc.string()).map(([from, to, text]) => ({
      form: 'bundle' as const,
      content: Buffer.from(good.slice(0, from) + text + good.slice(Math.max(from, to))),
    }));
    const hostile: fc.Arbitrary<SignatureMaterial> = fc.oneof(
      fc.record({
        form: fc.constant('simple' as const),
        payload: fc.constant(payloadOf(DIGEST)),
        signature: fc.oneof(fc.string(), fc.base64String()),
        certificate: fc.oneof(
          fc.string(),
          fc.constant(annotations['dev.sigstore.cosign/certificate'] ?? ''),
          fc.uint8Array({ maxLength: 600 }).map((bytes) => pemOf(Buffer.from(bytes))),
        ),
        logEntry: fc.oneof(fc.json(), fc.constant(annotations[ENTRY] ?? '')),
      }),
      cut,
      fc.json().map((text) => ({ form: 'bundle' as const, content: Buffer.from(text) })),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 3 }), (materials) => {
        const { signers, reasons } = verifyKeyless(DIGEST, materials, roots.stranger);

        expect(signers).toEqual([]);
        expect(reasons).toHaveLength(materials.length);
      }),
      { numRuns: RUNS },
    );
  });
});

const ENTRY = 'dev.sigstore.cosign/bundle';
const RUNS = 200;

function rootOf(text: string): TrustRoot {
  const outcome = readTrustRoot(text);
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.root;
}

function payloadOf(digest: string): Buffer {
  const critical = { type: 'cosign container image signature', image: { 'docker-manifest-digest': digest } };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

function statementOf(digest: string): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType: 'https://sigstore.dev/cosign/sign/v1',
    predicate: {},
  };
}

function simpleOf(payload: Buffer, annotations: Readonly<Record<string, string>>): SignatureMaterial {
  return {
    form: 'simple',
    payload,
    signature: annotations['dev.cosignproject.cosign/signature'] ?? '',
    certificate: annotations['dev.sigstore.cosign/certificate'] ?? '',
    logEntry: annotations[ENTRY] ?? '',
  };
}

function bundleOf(document: object): SignatureMaterial {
  return { form: 'bundle', content: Buffer.from(JSON.stringify(document)) };
}

function pemOf(der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
}
