import { generateKeyPairSync } from 'node:crypto';
import { readPublicKey, readTrustRoot } from '@bulkhead/core';
import { createSigstore } from '@bulkhead/lab';
import { objectOf, plainValue } from '@bulkhead/pod-rules';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImageMemory } from './image/image-memory.ts';
import type { ImageSignatures, KnownImage } from './image/known-image.ts';
import { type AdmissionDecision, judge } from './judge.ts';
import { parseAdmissionPolicy } from './kind.ts';
import { signatureTrustOf } from './signature-trust.ts';

type Json = Readonly<Record<string, unknown>>;

const DIGEST = `sha256:${'a'.repeat(64)}`;
const WEB = 'r.example/shop/web:1';
const [MINE, OTHER] = [key(), key()];
const NONE: ImageSignatures = { keys: [], verified: [], roots: [], signers: [] };

describe('a rule about signatures', () => {
  it('lets in what one of its keys has signed, and denies what none has', () => {
    const keys = [MINE.pem, OTHER.pem];
    const held = [MINE.fingerprint, OTHER.fingerprint];

    expect(decide({ keys }, { ...NONE, keys: held, verified: [OTHER.fingerprint] }).violations).toEqual([]);
    expect(decide({ keys }, { ...NONE, keys: held, verified: [] })).toMatchObject({
      verdict: 'deny',
      violations: [{ policy: 'p', rule: 's', subject: 'Pod/a container app', image: DIGEST }],
    });
    expect(
      decide({ keys: [MINE.pem] }, { ...NONE, keys: held, verified: [OTHER.fingerprint] }).violations[0]?.message,
    ).toBe(
      `image ${WEB} (its tag led to sha256:aaaaaaaaaaaa when the registry was looked at last) ` +
        `has no signature by the key sha256:${MINE.fingerprint.slice(0, 12)}`,
    );
  });

  it.each([
    ['deny', 'deny', undefined],
    ['wait', 'deny', true],
    ['warn', 'warn', undefined],
    ['allow', 'allow', undefined],
  ])('says of what nobody has looked at what notScanned says: %s', (notScanned, verdict, retry) => {
    for (const known of [undefined, 'no signatures'] as const) {
      const decision = decide({ keys: [MINE.pem], notScanned }, known);

      expect(decision.verdict).toBe(verdict);
      expect(decision.violations[0]?.retry).toBe(retry);
    }
  });

  it('denies without a word about it, and lets wait for a key that nobody has held its signatures against yet', () => {
    const checked = { ...NONE, keys: [OTHER.fingerprint], verified: [OTHER.fingerprint] };
    expect(decide({ keys: [MINE.pem] }, checked)).toMatchObject({ verdict: 'deny' });

    const [violation] = decide({ keys: [MINE.pem], notScanned: 'wait' }, checked).violations;
    expect(violation?.retry).toBe(true);
    expect(violation?.message).toContain('its signatures were not held against the key');
  });

  it('asks every platform that the pod may run on', () => {
    const memory = new ImageMemory();
    const image = { digest: DIGEST, platform: 'linux/amd64', indexes: [], names: [WEB] };
    const signed = { ...NONE, keys: [MINE.fingerprint], verified: [MINE.fingerprint] };
    memory.set({ ...image, signatures: signed });
    memory.set({
      ...image,
      digest: DIGEST.replaceAll('a', 'b'),
      platform: 'linux/arm64',
      signatures: { ...signed, verified: [] },
    });

    expect(decideBy(memory, { keys: [MINE.pem] }).violations.map(({ image: digest }) => digest)).toEqual([
      DIGEST.replaceAll('a', 'b'),
    ]);
  });

  describe('without a key', () => {
    const ISSUER = 'https://issuer.example.com';
    let roots: readonly { readonly name: string; readonly content: string }[];
    let fingerprint: string;

    beforeAll(async () => {
      const [own, other] = await Promise.all([createSigstore(), createSigstore()]);
      roots = [
        { name: 'own', content: own.pem },
        { name: 'other', content: other.document },
      ];
      const outcome = readTrustRoot(own.pem);
      fingerprint = outcome.ok ? outcome.root.fingerprint : '';
    });

    const signedBy = (subject: string, issuer = ISSUER): ImageSignatures => ({
      ...NONE,
      roots: [fingerprint],
      signers: [{ root: fingerprint, issuer, subject }],
    });
    const decideFor = (expected: Json, known: ImageSignatures, more: Json = {}) =>
      decide({ keyless: [{ issuer: ISSUER, trustRoot: 'own', ...expected }], ...more }, known, roots);

    it.each([
      [{ subject: 'a@example.com' }, 'a@example.com', ISSUER, 'allow'],
      [{ subject: 'a@example.com' }, 'aa@example.com', ISSUER, 'deny'],
      [{ subject: '*' }, 'a@example.com', ISSUER, 'deny'],
      [{ subjectPattern: 'https://git.example/shop/*' }, 'https://git.example/shop/ci@main', ISSUER, 'allow'],
      [
        { subjectPattern: 'https://git.example/shop/*' },
        'https://evil.example/?https://git.example/shop/ci',
        ISSUER,
        'deny',
      ],
      [{ subjectPattern: '*@example.com' }, 'a@example.com.evil', ISSUER, 'deny'],
      [{ subject: 'a@example.com' }, 'a@example.com', `${ISSUER}.evil`, 'deny'],
    ])('by %o is what %s of %s has signed: %s', (expected, subject, issuer, verdict) => {
      expect(decideFor(expected, signedBy(subject, issuer)).verdict).toBe(verdict);
    });

    it('names who was expected and who was found, of whom the root knows', () => {
      const known = signedBy('b@example.com');
      const stranger = { root: 'another', issuer: ISSUER, subject: 'a@example.com' };
      const { violations } = decideFor(
        { subject: 'a@example.com' },
        { ...known, signers: [...known.signers, stranger] },
      );

      expect(violations[0]?.message).toMatch(
        /has no signature by a@example\.com \(https:\/\/issuer\.example\.com\), but by b@example\.com \(https:\/\/issuer\.example\.com\)$/,
      );
    });

    it('waits for a root that nothing was held against, and is satisfied with a key in its place', () => {
      const keys = [MINE.pem];
      const [violation] = decideFor({ subject: 'a' }, NONE, { notScanned: 'wait' }).violations;

      expect(violation).toMatchObject({
        retry: true,
        message: expect.stringContaining(`not held against a (${ISSUER})`),
      });
      const verified = { ...NONE, keys: [MINE.fingerprint], verified: [MINE.fingerprint] };
      expect(decideFor({ subject: 'a' }, verified, { keys }).verdict).toBe('allow');
      expect(decideFor({ subject: 'a' }, signedBy('a'), { keys }).verdict).toBe('allow');
    });

    it.each([
      ['nobody', { keyless: [] }],
      ['a subject twice', { keyless: [{ issuer: ISSUER, subject: 'a', subjectPattern: 'a', trustRoot: 'own' }] }],
      ['no subject', { keyless: [{ issuer: ISSUER, trustRoot: 'own' }] }],
      ['a root that nobody knows', { keyless: [{ issuer: ISSUER, subject: 'a', trustRoot: 'unknown' }] }],
    ])('takes %s for a mistake', (_, signatures) => {
      expect(parse(signatures, roots)).toMatchObject({ ok: false });
    });

    it('takes a root that is none, and two of a name, for mistakes', () => {
      const signatures = { keyless: [{ issuer: ISSUER, subject: 'a', trustRoot: 'own' }] };

      expect(parse(signatures, [{ name: 'own', content: 'hello' }])).toMatchObject({
        ok: false,
        problems: [{ path: ['spec', 'trustRoots', 0, 'content'] }],
      });
      expect(parse(signatures, [...roots, ...roots])).toMatchObject({ ok: false });
    });

    it('is held against what policies name, each key and root once', () => {
      const policy = parse({ keys: [MINE.pem], keyless: [{ issuer: ISSUER, subject: 'a', trustRoot: 'own' }] }, roots);
      if (!policy.ok) throw new Error('it is a policy');

      expect(signatureTrustOf([policy.value, { ...policy.value, name: 'q' }])).toEqual({
        keys: [MINE.pem],
        trustRoots: [roots[0]?.content.trim()],
      });
    });
  });

  it('is about the images that it names, and no others', () => {
    const keys = [MINE.pem];

    expect(decide({ keys, images: ['r.example/shop/*'] }, undefined).verdict).toBe('deny');
    expect(decide({ keys, images: ['r.example/other/*'] }, undefined).verdict).toBe('allow');
  });

  it.each([
    ['no key', []],
    ['a private key', [privatePem()]],
    ['a text', ['hello']],
  ])('takes %s for a mistake', (_, keys) => {
    expect(parse({ keys })).toMatchObject({ ok: false, problems: [{ path: expect.arrayContaining(['signatures']) }] });
  });
});

function decide(
  signatures: Json,
  known: ImageSignatures | 'no signatures' | undefined,
  trustRoots?: readonly object[],
): AdmissionDecision {
  const memory = new ImageMemory();
  const image: KnownImage = { digest: DIGEST, platform: 'linux/amd64', indexes: [], names: [WEB] };
  if (known !== undefined) memory.set(known === 'no signatures' ? image : { ...image, signatures: known });
  return decideBy(memory, signatures, trustRoots);
}

function decideBy(memory: ImageMemory, signatures: Json, trustRoots?: readonly object[]): AdmissionDecision {
  const policy = parse(signatures, trustRoots);
  const object = objectOf(
    plainValue({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'app', image: WEB }] },
    }),
  );
  if (!policy.ok || object === undefined) throw new Error(JSON.stringify(policy));
  const decision = judge(object, 'shop', [policy.value], 0, memory);
  if (decision === undefined) throw new Error('it is no pod');
  return decision;
}

function parse(signatures: Json, trustRoots?: readonly object[]) {
  return parseAdmissionPolicy({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name: 'p' },
    spec: { mode: 'protect', rules: [{ name: 's', signatures }], ...(trustRoots !== undefined && { trustRoots }) },
  });
}

function key(): { readonly pem: string; readonly fingerprint: string } {
  const { publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const outcome = readPublicKey(pem);
  return { pem, fingerprint: outcome.ok ? outcome.key.fingerprint : '' };
}

function privatePem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
}
