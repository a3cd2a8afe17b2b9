import { generateKeyPairSync } from 'node:crypto';
import { readPublicKey } from '@bulkhead/core';
import { objectOf, plainValue } from '@bulkhead/pod-rules';
import { describe, expect, it } from 'vitest';
import { ImageMemory } from './image/image-memory.ts';
import type { ImageSignatures, KnownImage } from './image/known-image.ts';
import { type AdmissionDecision, judge } from './judge.ts';
import { parseAdmissionPolicy } from './kind.ts';

type Json = Readonly<Record<string, unknown>>;

const DIGEST = `sha256:${'a'.repeat(64)}`;
const WEB = 'r.example/shop/web:1';
const [MINE, OTHER] = [key(), key()];

describe('a rule about signatures', () => {
  it('lets in what one of its keys has signed, and denies what none has', () => {
    const keys = [MINE.pem, OTHER.pem];
    const held = [MINE.fingerprint, OTHER.fingerprint];

    expect(decide({ keys }, { keys: held, verified: [OTHER.fingerprint] }).violations).toEqual([]);
    expect(decide({ keys }, { keys: held, verified: [] })).toMatchObject({
      verdict: 'deny',
      violations: [{ policy: 'p', rule: 's', subject: 'Pod/a container app', image: DIGEST }],
    });
    expect(decide({ keys: [MINE.pem] }, { keys: held, verified: [OTHER.fingerprint] }).violations[0]?.message).toBe(
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

  it('denies without a word about it, and by waiting nothing changes for a key that its registry does not name', () => {
    const checked = { keys: [OTHER.fingerprint], verified: [OTHER.fingerprint] };
    expect(decide({ keys: [MINE.pem] }, checked)).toMatchObject({ verdict: 'deny' });

    const [violation] = decide({ keys: [MINE.pem], notScanned: 'wait' }, checked).violations;
    expect(violation?.retry).toBeUndefined();
    expect(violation?.message).toContain('its signatures were not held against the key');
    expect(violation?.fix).toBe('Have its registry watched with this key among its keys');
  });

  it('asks every platform that the pod may run on', () => {
    const memory = new ImageMemory();
    const image = { digest: DIGEST, platform: 'linux/amd64', indexes: [], names: [WEB] };
    const signed = { keys: [MINE.fingerprint], verified: [MINE.fingerprint] };
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

function decide(signatures: Json, known: ImageSignatures | 'no signatures' | undefined): AdmissionDecision {
  const memory = new ImageMemory();
  const image: KnownImage = { digest: DIGEST, platform: 'linux/amd64', indexes: [], names: [WEB] };
  if (known !== undefined) memory.set(known === 'no signatures' ? image : { ...image, signatures: known });
  return decideBy(memory, signatures);
}

function decideBy(memory: ImageMemory, signatures: Json): AdmissionDecision {
  const policy = parse(signatures);
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

function parse(signatures: Json) {
  return parseAdmissionPolicy({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name: 'p' },
    spec: { mode: 'protect', rules: [{ name: 's', signatures }] },
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
