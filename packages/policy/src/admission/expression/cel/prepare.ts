import type { CelEnv, parse } from '@bufbuild/cel';
import type { ExpressionProblem, KnownNames } from '../language.ts';
import { type Pattern, readPattern } from './pattern.ts';
import type { Positions } from './position.ts';

type Expr = ReturnType<typeof parse>['expr'];
type Of<Case extends Expr['exprKind']['case']> = Extract<Expr['exprKind'], { case: Case }>['value'];

/** Functions that `prepare` puts into expressions; nobody can write their names. */
export const TICK = '@tick:';
export const RANGE = '@range';
export const PATTERN = '@pattern:';

/** Evaluation recurses. */
const MAX_DEPTH = 250;
/** More mistakes in one expression are read by nobody. */
const MAX_PROBLEMS = 10;

/** What the evaluator knows without a function. */
const BUILT_IN: ReadonlySet<string> = new Set(['_[_]', '_?_:_', '_&&_', '_||_', '@not_strictly_false']);
const TYPES: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
]);

export interface Prepared {
  readonly problems: readonly ExpressionProblem[];
  /** Of `matches`, compiled, by the number in the names of their functions. */
  readonly patterns: readonly Pattern[];
  /** Parts that one evaluation evaluates, without those of loops. */
  readonly parts: number;
}

/**
 * Looks for what is wrong with an expression before anything is evaluated: unknown names and functions, patterns that are none. Then makes
 * the work of loops and patterns count, by functions that it puts into the expression.
 */
export function prepare(expr: Expr, names: KnownNames, functions: CelEnv['funcs'], positions: Positions): Prepared {
  const preparation = new Preparation(names, functions, positions);
  const { parts } = preparation.walk(expr, { locals: new Set(), depth: 0 });
  return { problems: preparation.problems, patterns: preparation.patterns, parts };
}

interface Scope {
  /** The variables of loops around it. */
  readonly locals: ReadonlySet<string>;
  readonly depth: number;
}

interface Walked {
  /** Parts that one evaluation of it evaluates, without the loops in it. */
  readonly parts: number;
  /** What is known of the names below it. */
  readonly known: KnownNames | 'any';
}

class Preparation {
  readonly #names: KnownNames;
  readonly #functions: CelEnv['funcs'];
  readonly #positions: Positions;
  readonly problems: ExpressionProblem[] = [];
  readonly patterns: Pattern[] = [];

  constructor(names: KnownNames, functions: CelEnv['funcs'], positions: Positions) {
    this.#names = names;
    this.#functions = functions;
    this.#positions = positions;
  }

  walk(expr: Expr, outer: Scope): Walked {
    const scope = { ...outer, depth: outer.depth + 1 };
    if (scope.depth > MAX_DEPTH) {
      this.#report(expr, `nests deeper than ${MAX_DEPTH} operations`);
      return { parts: 0, known: 'any' };
    }
    const { exprKind } = expr;
    switch (exprKind.case) {
      case 'identExpr':
        return { parts: 1, known: this.#variable(expr, exprKind.value.name, scope) };
      case 'selectExpr':
        return this.#select(expr, exprKind.value, scope);
      case 'callExpr':
        return { parts: 1 + this.#call(expr, exprKind.value, scope), known: 'any' };
      case 'listExpr':
        return { parts: 1 + this.#all(exprKind.value.elements, scope), known: 'any' };
      case 'structExpr':
        return { parts: 1 + this.#struct(expr, exprKind.value, scope), known: 'any' };
      case 'comprehensionExpr':
        return { parts: 1 + this.#loop(exprKind.value, scope), known: 'any' };
      default:
        return { parts: 1, known: 'any' };
    }
  }

  #all(exprs: readonly (Expr | undefined)[], scope: Scope): number {
    return exprs.reduce((sum, one) => sum + (one === undefined ? 0 : this.walk(one, scope).parts), 0);
  }

  #variable(expr: Expr, name: string, { locals }: Scope): KnownNames | 'any' {
    if (locals.has(name) || TYPES.has(name)) return 'any';
    const known = memberOf(this.#names, name);
    if (known === undefined) this.#unknown(expr, `variable ${JSON.stringify(name)}`, this.#names);
    return known ?? 'any';
  }

  #select(expr: Expr, { operand, field }: Of<'selectExpr'>, scope: Scope): Walked {
    if (operand === undefined) return { parts: 1, known: 'any' };
    const { parts, known } = this.walk(operand, scope);
    if (known === 'any') return { parts: parts + 1, known };
    const member = memberOf(known, field);
    if (member === undefined) this.#unknown(expr, `field ${JSON.stringify(field)}`, known);
    return { parts: parts + 1, known: member ?? 'any' };
  }

  #call(expr: Expr, call: Of<'callExpr'>, scope: Scope): number {
    const { function: name, target, args } = call;
    const parts = this.#all([target, ...args], scope);
    if (name === 'matches') this.#pattern(expr, call);
    else if (!BUILT_IN.has(name)) this.#checkFunction(expr, call);
    return parts;
  }

  #checkFunction(expr: Expr, { function: name, target, args }: Of<'callExpr'>): void {
    const group = this.#functions.find(name);
    if (group === undefined) {
      this.#report(expr, `there is no function ${JSON.stringify(name)} here`);
      return;
    }
    const isMethod = target !== undefined;
    const fits = [...group].some(
      (one) => (one.target !== undefined) === isMethod && one.arguments.length === args.length,
    );
    if (!fits) this.#report(expr, `the function ${JSON.stringify(name)} takes other arguments, or stands elsewhere`);
  }

  /** A pattern has to be written out: it is compiled once, and its cost is known before it is used. */
  #pattern(expr: Expr, call: Of<'callExpr'>): void {
    const [argument, ...others] = call.args;
    const { exprKind } = argument ?? {};
    const constant = exprKind?.case === 'constExpr' ? exprKind.value.constantKind : undefined;
    if (call.target === undefined || others.length > 0 || constant?.case !== 'stringValue') {
      this.#report(expr, 'write text.matches("…"), with a pattern that stands there');
      return;
    }
    const outcome = readPattern(constant.value);
    if (!outcome.ok) {
      this.#report(argument ?? expr, outcome.message);
      return;
    }
    call.function = `${PATTERN}${this.patterns.length}`;
    call.args = [];
    this.patterns.push(outcome.pattern);
  }

  #struct(expr: Expr, { messageName, entries }: Of<'structExpr'>, scope: Scope): number {
    if (messageName !== '') this.#report(expr, `there is no type ${JSON.stringify(messageName)} here`);
    return entries.reduce((sum, { keyKind, value }) => {
      const key = keyKind.case === 'mapKey' ? keyKind.value : undefined;
      return sum + this.#all([key, value], scope);
    }, 0);
  }

  #loop(loop: Of<'comprehensionExpr'>, scope: Scope): number {
    const { iterRange, loopCondition, loopStep } = loop;
    const outside = this.#all([iterRange, loop.accuInit], scope);
    const inner = { ...scope, locals: new Set([...scope.locals, loop.iterVar, loop.accuVar]) };
    const body = this.#all([loopCondition, loopStep], inner);
    const result = this.#all([loop.result], inner);
    if (iterRange !== undefined) loop.iterRange = callOf(RANGE, iterRange);
    if (loopCondition !== undefined) loop.loopCondition = callOf(`${TICK}${body}`, loopCondition);
    return outside + result;
  }

  #unknown(expr: Expr, what: string, known: KnownNames): void {
    this.#report(expr, `unknown ${what}; known are ${Object.keys(known).toSorted().join(', ')}`);
  }

  #report(expr: Expr, message: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ ...this.#positions(expr.id), message });
  }
}

function memberOf(names: KnownNames, name: string): KnownNames | 'any' | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

function callOf(name: string, argument: Expr): Expr {
  const call: Of<'callExpr'> = { $typeName: 'cel.expr.Expr.Call', function: name, args: [argument] };
  return { $typeName: 'cel.expr.Expr', id: argument.id, exprKind: { case: 'callExpr', value: call } };
}
