import { z } from 'zod';
import { expressionLanguage, type KnownNames, MAX_EXPRESSION } from './language.ts';
import { ADMISSION_NAMES, CONTAINER_NAMES } from './names.ts';

const MAX_MESSAGE = 500;
const text = z.string().trim().min(1).max(MAX_EXPRESSION);

/** Declares what happens to an object about which an expression says nothing. */
export const EXPRESSION_FAILURE_POLICIES = ['Fail', 'Ignore'] as const;

/** An expression that has to be true for an object or for each of its containers. Every mistake in it is a problem of the document. */
export const celCriterion = z
  .strictObject({
    expression: text,
    each: z.literal('container').optional(),
    message: z.string().trim().min(1).max(MAX_MESSAGE).optional(),
    messageExpression: text.optional(),
    failurePolicy: z.enum(EXPRESSION_FAILURE_POLICIES).default('Fail'),
  })
  .superRefine(({ expression, each, messageExpression }, context) => {
    const names = namesFor(each);
    for (const [key, value] of Object.entries({ expression, messageExpression })) {
      if (value === undefined) continue;
      const outcome = expressionLanguage().compile(value, names);
      for (const { line, column, message } of outcome.ok ? [] : outcome.problems) {
        context.addIssue({ code: 'custom', path: [key], message: `${line}:${column}: ${message}` });
      }
    }
  });

/** What an expression may name. */
export function namesFor(each: 'container' | undefined): KnownNames {
  return each === undefined ? ADMISSION_NAMES : CONTAINER_NAMES;
}
