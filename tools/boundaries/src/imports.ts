import { type Token, tokenize } from './tokens.ts';

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Whether the whole statement vanishes when types are stripped. */
  readonly typeOnly: boolean;
}

/** Finds every module a source names: import and export statements, dynamic and type imports, require and resolve. */
export function findImports(source: string): Import[] {
  const tokens = tokenize(source);
  const imports: Import[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'string') continue;
    const typeOnly = reading(tokens, index);
    if (typeOnly !== undefined) imports.push({ specifier: token.text, line: token.line, typeOnly });
  }
  return imports;
}

/** Whether the string at an index names a module, and then whether only types are taken from it. */
function reading(tokens: readonly Token[], index: number): boolean | undefined {
  const before = tokens[index - 1];
  if (before?.text === 'import' && before.kind === 'word') return false;
  if (before?.text === 'from' && before.kind === 'word') return statementIsTypeOnly(tokens, index - 1);
  if (before?.text !== '(') return undefined;
  // `import('x').Y` in a type cannot be told from a dynamic import here; it counts as one.
  return CALLERS.has(callerText(tokens, index - 2)) ? false : undefined;
}

const CALLERS = new Set(['import', 'require', 'require.resolve', 'meta.resolve']);

/** The called word, with the word before its dot. */
function callerText(tokens: readonly Token[], index: number): string {
  const [owner, dot, word] = [tokens[index - 2], tokens[index - 1], tokens[index]];
  if (word?.kind !== 'word') return '';
  return dot?.text === '.' && owner?.kind === 'word' ? `${owner.text}.${word.text}` : word.text;
}

function statementIsTypeOnly(tokens: readonly Token[], from: number): boolean | undefined {
  for (let index = from - 1; index >= 0; index -= 1) {
    const token = tokens[index];
    if (token?.kind === 'word' && (token.text === 'import' || token.text === 'export')) {
      // `import type from 'x'` takes a value that is called type.
      return tokens[index + 1]?.text === 'type' && index + 1 !== from - 1;
    }
    if (token?.kind === 'string' || (token?.kind === 'mark' && !['{', '}', ',', '*'].includes(token.text)))
      return undefined;
  }
  return undefined;
}
