import type { parse } from '@bufbuild/cel';
import type { ExpressionProblem } from '../language.ts';

/** Where the part of an expression with an id stands; the beginning for what has no id. */
export type Positions = (id: bigint | undefined) => Pick<ExpressionProblem, 'line' | 'column'>;

/** The parser recurses, and takes its time over what nests deeply; nobody writes this. */
const MAX_NESTING = 50;

export function positionsOf(text: string, source: ReturnType<typeof parse>['sourceInfo']): Positions {
  return (id) => placeOf(text, id === undefined ? 0 : (source?.positions[String(id)] ?? 0));
}

function placeOf(text: string, offset: number): ReturnType<Positions> {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** What the parser says about a text that is no expression. */
export function syntaxProblem(error: unknown): ExpressionProblem {
  const message = error instanceof Error ? error.message : String(error);
  const [, line = '1', column = '1', why = message] = /^<input>:(\d+):(\d+): ([^]*)$/.exec(message) ?? [];
  return { line: Number(line), column: Number(column), message: `is no expression: ${why}` };
}

/** A text that nests deeper than anybody writes. Brackets in strings count too, which does no harm at this bound. */
export function nestingProblem(text: string): ExpressionProblem | undefined {
  let depth = 0;
  for (let offset = 0; offset < text.length; offset += 1) {
    const character = text[offset] ?? '';
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth = Math.max(depth - 1, 0);
    if (depth > MAX_NESTING) {
      return { ...placeOf(text, offset), message: `nests brackets deeper than ${MAX_NESTING}` };
    }
  }
  return undefined;
}
