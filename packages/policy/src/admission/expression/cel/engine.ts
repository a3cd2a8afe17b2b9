import { type CelValue, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import type { CompileOutcome, Expression, ExpressionLanguage, ExpressionResult, KnownNames } from '../language.ts';
import { inputOf } from './input.ts';
import { BudgetSpent, metered } from './meter.ts';
import { nestingProblem, positionsOf, syntaxProblem } from './position.ts';
import { prepare } from './prepare.ts';
import { STRING_FUNCTIONS } from './string-functions.ts';

/** CEL by @bufbuild/cel, in which each step is counted. */
export const celLanguage: ExpressionLanguage = { compile, input: inputOf };

const LIBRARY = celEnv({ funcs: STRING_FUNCTIONS });

function compile(text: string, names: KnownNames): CompileOutcome {
  const nesting = nestingProblem(text);
  if (nesting !== undefined) return { ok: false, problems: [nesting] };
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(text);
  } catch (error) {
    return { ok: false, problems: [syntaxProblem(error)] };
  }
  const positions = positionsOf(text, parsed.sourceInfo);
  const { problems, patterns, parts } = prepare(parsed.expr, names, LIBRARY.funcs, positions);
  if (problems.length > 0) return { ok: false, problems };
  try {
    const meter = { budget: { left: 0 } };
    const evaluate = plan(metered(LIBRARY, patterns, meter), parsed);
    const expression: Expression = {
      evaluate(inputs, budget) {
        meter.budget = budget;
        budget.left -= parts;
        if (budget.left < 0) return { ok: false, message: new BudgetSpent().message };
        return resultOf(evaluate(inputs as Record<string, CelValue>), positions);
      },
    };
    return { ok: true, expression };
  } catch (error) {
    return { ok: false, problems: [syntaxProblem(error)] };
  }
}

function resultOf(value: unknown, positions: ReturnType<typeof positionsOf>): ExpressionResult {
  if (!isCelError(value)) return { ok: true, value };
  if (value.cause instanceof BudgetSpent) return { ok: false, message: value.message };
  const at = positions(value.exprId);
  return { ok: false, message: `${at.line}:${at.column}: ${value.message}` };
}
