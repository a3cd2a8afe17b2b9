import type { Pod, PodRule } from '@bulkhead/pod-rules';
import type { ImageKnowledge } from '../image/knowledge.ts';
import type { RuleProblem } from '../violation.ts';
import { type PodImage, podImages } from './pod-images.ts';
import { type PodReference, podReferences } from './pod-references.ts';

/**
 * What rules find out about one pod, once for all policies of a review: many ask the same of it. It lives as long as the review, in
 * which what is known of images does not change.
 */
export class PodFacts {
  readonly #pod: Pod;
  readonly #knowledge: ImageKnowledge;
  readonly #problems = new Map<PodRule, readonly RuleProblem[]>();
  #references: readonly (PodReference | RuleProblem)[] | undefined;
  #images: readonly (PodImage | RuleProblem)[] | undefined;

  constructor(pod: Pod, knowledge: ImageKnowledge) {
    this.#pod = pod;
    this.#knowledge = knowledge;
  }

  get references(): readonly (PodReference | RuleProblem)[] {
    this.#references ??= podReferences(this.#pod);
    return this.#references;
  }

  get images(): readonly (PodImage | RuleProblem)[] {
    this.#images ??= podImages(this.#pod, this.references, this.#knowledge);
    return this.#images;
  }

  /** What a rule of the catalogue finds wrong. */
  problemsOf(rule: PodRule): readonly RuleProblem[] {
    const known = this.#problems.get(rule);
    if (known !== undefined) return known;
    const found = Array.from(rule.check(this.#pod), (problem) => ({
      ...problem,
      fix: rule.fix,
      misconfiguration: rule.id,
    }));
    this.#problems.set(rule, found);
    return found;
  }
}
