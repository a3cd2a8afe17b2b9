import { createRequire } from 'node:module';
import type * as engine from './cel/engine.ts';

/** What an expression may name, as a tree: `any` where the value is an object of Kubernetes, whose fields are not known here. */
export type KnownNames = { readonly [name: string]: KnownNames | 'any' };

/** A mistake in the text of an expression. Lines and columns count from 1. */
export interface ExpressionProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** An expression that can be evaluated any number of times. */
export interface Expression {
  /** `inputs` are what `ExpressionLanguage.input` made. Never throws; takes no more steps than the budget has left. */
  evaluate(inputs: Readonly<Record<string, unknown>>, budget: StepBudget): ExpressionResult;
}

export type ExpressionResult =
  | { readonly ok: true; readonly value: unknown }
  /** `message` is one line: why there is no value. */
  | { readonly ok: false; readonly message: string };

export type CompileOutcome =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

/** The language of expressions in policies: CEL, as Kubernetes' ValidatingAdmissionPolicy has it. */
export interface ExpressionLanguage {
  /** Reads a text whose size is bounded by `MAX_EXPRESSION`. Never throws. */
  compile(text: string, names: KnownNames): CompileOutcome;
  /**
   * Plain data as expressions see it; undefined for data beyond `MAX_VALUES` or `MAX_DEPTH`, which nothing evaluates. `known` are the
   * objects of earlier data, which are not looked through again.
   */
  input(data: unknown, known?: Map<object, unknown>): unknown;
}

/** Work that may still be done. A step is a part of an expression that is evaluated once, or some bytes that it looks at. */
export interface StepBudget {
  left: number;
}

/** Longer ones are read by nobody; Kubernetes stops at 10 KiB. */
export const MAX_EXPRESSION = 4096;
/** Values in an object of the API server: a pod with a hundred containers has some thousand. */
export const MAX_VALUES = 20_000;
/** Deeper than any object of Kubernetes. */
export const MAX_DEPTH = 64;

let loaded: ExpressionLanguage | undefined;

/**
 * The language, loaded when a policy first has an expression: its library takes 8 MB in a bundle and
 * 30 MB from sources, which others do not need. It is
 * loaded without waiting, since policies are read without waiting.
 */
export function expressionLanguage(): ExpressionLanguage {
  loaded ??= (createRequire(import.meta.url)('#expressions') as typeof engine).celLanguage;
  return loaded;
}
