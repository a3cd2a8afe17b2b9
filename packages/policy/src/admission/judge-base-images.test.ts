import { objectOf, plainValue } from '@bulkhead/pod-rules';
import { describe, expect, it } from 'vitest';
import { chainOf } from './image/chain.ts';
import { ImageMemory } from './image/image-memory.ts';
import type { KnownImage } from './image/known-image.ts';
import { type AdmissionDecision, judge } from './judge.ts';
import { parseAdmissionPolicy } from './kind.ts';

const BASE = image('b', 'r.example/base/debian:12', ['debian', 'certificates']);
const OTHER = image('o', 'r.example/base/alpine:3', ['alpine']);
const ALLOW = { allow: ['r.example/base/debian'] };

describe('a rule about base images', () => {
  it('lets in what begins with all layers of an allowed base, and the base itself', () => {
    const app = image('a', 'r.example/web:1', ['debian', 'certificates', 'app']);

    expect(decide(ALLOW, app).violations).toEqual([]);
    expect(decide(ALLOW, image('b', 'r.example/base/debian:12', ['debian', 'certificates'])).verdict).toBe('allow');
  });

  it('denies what is built on another, and names that', () => {
    const { verdict, violations } = decide(ALLOW, image('a', 'r.example/web:1', ['alpine', 'certificates']));

    expect(verdict).toBe('deny');
    expect(violations[0]).toMatchObject({
      subject: 'Pod/a container app',
      image: digestOf('a'),
      message:
        `image r.example/web:1 (its tag led to ${digestOf('a').slice(0, 19)} when the registry was looked at last) ` +
        'is built on none of the images that it may be built on, but on r.example/base/alpine:3',
      fix: 'Build it anew on what a tag of r.example/base/debian leads to now',
    });
  });

  it.each([
    ['has a part of its layers only', ['debian', 'app']],
    ['has them in another order', ['certificates', 'debian', 'app']],
    ['has them above others', ['app', 'debian', 'certificates']],
    ['has none', []],
  ])('denies what %s', (_, layers) => {
    expect(decide(ALLOW, image('a', 'r.example/web:1', layers)).verdict).toBe('deny');
  });

  it('does not go by a base that no tag leads to any more', () => {
    const memory = new ImageMemory();
    memory.set({ ...BASE, names: [] });
    memory.set(image('a', 'r.example/web:1', ['debian', 'certificates', 'app']));

    expect(decideBy(memory, ALLOW).verdict).toBe('deny');
  });

  it.each([
    ['deny', 'deny', undefined],
    ['wait', 'deny', true],
    ['warn', 'warn', undefined],
    ['allow', 'allow', undefined],
  ])('says of what nobody has looked into what notScanned says: %s', (notScanned, verdict, retry) => {
    const decision = decide({ ...ALLOW, notScanned }, undefined);

    expect(decision.verdict).toBe(verdict);
    expect(decision.violations[0]?.retry).toBe(retry);
    const failed: KnownImage = {
      digest: digestOf('a'),
      platform: 'linux/amd64',
      indexes: [],
      names: ['r.example/web:1'],
      failure: 'corrupt',
    };
    expect(decide({ ...ALLOW, notScanned }, failed).violations[0]?.retry).toBeUndefined();
  });

  it('is about the images that it names, and no others', () => {
    expect(decide({ ...ALLOW, images: ['r.example/web'] }, undefined).verdict).toBe('deny');
    expect(decide({ ...ALLOW, images: ['r.example/api'] }, undefined).verdict).toBe('allow');
  });
});

function digestOf(letter: string): string {
  return `sha256:${letter.charCodeAt(0).toString(16).repeat(32)}`;
}

function image(letter: string, name: string, layers: readonly string[]): KnownImage {
  return { digest: digestOf(letter), platform: 'linux/amd64', indexes: [], names: [name], chain: chainOf(layers) };
}

function decide(baseImages: object, known: KnownImage | undefined): AdmissionDecision {
  const memory = new ImageMemory();
  for (const one of [BASE, OTHER, ...(known === undefined ? [] : [known])]) memory.set(one);
  return decideBy(memory, baseImages, known?.names[0]);
}

function decideBy(memory: ImageMemory, baseImages: object, name = 'r.example/web:1'): AdmissionDecision {
  const policy = parseAdmissionPolicy({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name: 'p' },
    spec: { mode: 'protect', rules: [{ name: 'b', baseImages }] },
  });
  const spec = { containers: [{ name: 'app', image: name }] };
  const object = objectOf(plainValue({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec }));
  if (!policy.ok || object === undefined) throw new Error(JSON.stringify(policy));
  const decision = judge(object, 'shop', [policy.value], 0, memory);
  if (decision === undefined) throw new Error('it is no pod');
  return decision;
}
