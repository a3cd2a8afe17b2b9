import { objectOf, type PodRule, plainValue, podOf } from '@bulkhead/pod-rules';
import { describe, expect, it, vi } from 'vitest';
import { type ImageKnowledge, NO_IMAGES } from '../image/knowledge.ts';
import { PodFacts } from './pod-facts.ts';

const containers = [{ name: 'a', image: 'web:1' }, { name: 'b', image: 'NO REFERENCE' }, { name: 'c' }];
const object = objectOf(plainValue({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } }));
const pod = object && podOf(object);

describe('PodFacts', () => {
  it('asks what is known of images, and each rule, once however often it is asked itself', () => {
    if (pod === undefined) throw new Error('no pod');
    const find = vi.fn<ImageKnowledge['find']>(() => []);
    const check = vi.fn<PodRule['check']>(() => [{ message: 'wrong', line: 1, subject: 'Pod/p' }]);
    const rule = { id: 'kubernetes-wrong', fix: 'Mend it', check } as Partial<PodRule> as PodRule;
    const facts = new PodFacts(pod, { ...NO_IMAGES, find });

    expect(facts.images).toBe(facts.images);
    expect(facts.images).toEqual([
      expect.objectContaining({ reference: 'web:1', known: [] }),
      expect.objectContaining({ message: 'image "NO REFERENCE" is no reference' }),
      expect.objectContaining({ message: 'names no image', subject: 'Pod/p container c' }),
    ]);
    expect(find).toHaveBeenCalledOnce();
    expect(facts.problemsOf(rule)).toBe(facts.problemsOf(rule));
    expect(facts.problemsOf(rule)).toMatchObject([{ fix: 'Mend it', misconfiguration: 'kubernetes-wrong' }]);
    expect(check).toHaveBeenCalledOnce();
  });
});
