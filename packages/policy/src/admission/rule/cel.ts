import { printable } from '@bulkhead/core';
import type { Pod } from '@bulkhead/pod-rules';
import type { CelCriterion } from '../expression/criterion.ts';
import type { ExpressionEvaluation } from '../expression/evaluation.ts';
import type { StepBudget } from '../expression/language.ts';
import type { JudgedProblem } from '../violation.ts';

/** What an expression shows of an object is cut here. */
const MAX_MESSAGE = 500;
/** What an expression reads like in an answer. */
const MAX_SHOWN = 200;

type Inputs = Readonly<Record<string, unknown>>;
interface Place {
  readonly line: number;
  readonly subject: string;
}

/** Where an expression is not true, or has no answer. */
export function cel(pod: Pod, criterion: CelCriterion, evaluation: ExpressionEvaluation): readonly JudgedProblem[] {
  return evaluation.withBudget((budget) => {
    const judged = (inputs: Inputs | undefined, place: Place): readonly JudgedProblem[] =>
      judgedBy(criterion, inputs, budget, place);
    if (criterion.each === undefined) {
      return judged(evaluation.inputs, { line: pod.object.root.line, subject: pod.object.subject });
    }
    return pod.containers.flatMap((container) =>
      judged(evaluation.inputsFor(container), { line: container.spec.line, subject: container.subject }),
    );
  });
}

function judgedBy(
  criterion: CelCriterion,
  inputs: Inputs | undefined,
  budget: StepBudget,
  place: Place,
): readonly JudgedProblem[] {
  const { expression, failurePolicy } = criterion;
  const result =
    inputs === undefined
      ? ({ ok: false, message: 'the object is too large for expressions' } as const)
      : expression.evaluate(inputs, budget);
  if (result.ok && result.value === true) return [];
  if (result.ok && result.value === false && inputs !== undefined) {
    const fix = 'Change it so that the expression holds';
    return [{ ...place, message: messageOf(criterion, inputs, budget), fix }];
  }
  const why = result.ok ? 'it is neither true nor false' : result.message;
  const message = printable(`the expression has no answer: ${why}`, MAX_MESSAGE);
  const fix = 'Write the expression so that it has an answer for every object: has(…) says what is there';
  return [{ ...place, message, fix, ...(failurePolicy === 'Ignore' && { atMost: 'warn' as const }) }];
}

function messageOf({ text, message, messageExpression }: CelCriterion, inputs: Inputs, budget: StepBudget): string {
  const result = messageExpression?.expression.evaluate(inputs, budget);
  if (result?.ok === true && typeof result.value === 'string' && result.value.trim() !== '') {
    return printable(result.value.trim(), MAX_MESSAGE);
  }
  return message ?? printable(`does not hold: ${text}`, MAX_SHOWN);
}
