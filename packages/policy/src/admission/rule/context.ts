import type { Container } from '@bulkhead/pod-rules';
import type { ExceptionOutcome } from '../exception.ts';
import type { ExpressionEvaluation } from '../expression/evaluation.ts';
import type { ImageKnowledge } from '../image/knowledge.ts';
import type { PodFacts } from './pod-facts.ts';

/** What a rule may ask beside the pod. */
export interface RuleContext {
  readonly facts: PodFacts;
  readonly expressions: ExpressionEvaluation;
  readonly images: ImageKnowledge;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The exception for one vulnerability in the image of a container. */
  readonly exceptionFor: (container: Container, vulnerability: string) => ExceptionOutcome;
}
