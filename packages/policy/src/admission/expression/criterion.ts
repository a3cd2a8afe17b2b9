import type { z } from 'zod';
import { type Expression, expressionLanguage } from './language.ts';
import { type celCriterion, type EXPRESSION_FAILURE_POLICIES, namesFor } from './schema.ts';

/** What an expression asks of an object, or of each of its containers. */
export interface CelCriterion {
  /** As it was written. */
  readonly text: string;
  readonly expression: Expression;
  readonly each?: 'container';
  readonly message?: string;
  readonly messageExpression?: { readonly text: string; readonly expression: Expression };
  readonly failurePolicy: (typeof EXPRESSION_FAILURE_POLICIES)[number];
}

/** Makes of a criterion that was found valid one that can be evaluated. */
export function readCelCriterion(written: z.output<typeof celCriterion>): CelCriterion {
  const { expression, each, message, messageExpression, failurePolicy } = written;
  return {
    text: expression,
    expression: compiled(expression, each),
    ...(each !== undefined && { each }),
    ...(message !== undefined && { message }),
    ...(messageExpression !== undefined && {
      messageExpression: { text: messageExpression, expression: compiled(messageExpression, each) },
    }),
    failurePolicy,
  };
}

function compiled(text: string, each: 'container' | undefined): Expression {
  const outcome = expressionLanguage().compile(text, namesFor(each));
  if (outcome.ok) return outcome.expression;
  // The schema has let it through.
  throw new Error(`an expression became invalid: ${outcome.problems[0]?.message ?? text}`);
}
