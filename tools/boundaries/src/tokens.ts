export interface Token {
  readonly kind: 'word' | 'string' | 'mark';
  readonly text: string;
  readonly line: number;
}

// One alternative a kind of token, tried where the last one ended: white space and comments, strings, templates without
// a substitution, words and numbers. Whatever is left is a mark of one character.
const BLANK = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
const STRING = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y;
const WORD = /[\p{L}\p{N}_$]+/uy;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[^]|\$(?!\{))*/y;

/** A slash after one of these words starts a regular expression; after any other word it divides. */
const BEFORE_REGEX = new Set(['return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'void', 'throw', 'await', 'yield']);

/**
 * Splits TypeScript into words, strings and marks, without comments, regular expressions and the text of templates. Good
 * enough to find imports in any file the formatter accepts; it is no parser.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const templateDepths: number[] = [];
  let position = 0;
  let line = 1;
  let depth = 0;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    const text = pattern.exec(source)?.[0];
    if (text === undefined || text === '') return undefined;
    position += text.length;
    line += text.split('\n').length - 1;
    return text;
  };
  const push = (kind: Token['kind'], text: string, at: number) => tokens.push({ kind, text, line: at });
  const template = () => {
    take(TEMPLATE_TEXT);
    if (source.startsWith('${', position)) {
      templateDepths.push(depth);
      position += 2;
    } else {
      position += 1;
    }
  };

  while (position < source.length) {
    if (take(BLANK) !== undefined) continue;
    const at = line;
    const string = take(STRING);
    if (string !== undefined) {
      push('string', string.slice(1, -1), at);
      continue;
    }
    const word = take(WORD);
    if (word !== undefined) {
      push('word', word, at);
      continue;
    }
    const mark = source[position] ?? '';
    if (mark === '/' && startsRegex(tokens.at(-1)) && take(REGEX) !== undefined) {
      push('mark', '/', at);
      continue;
    }
    position += 1;
    if (mark === '`') {
      push('mark', '`', at);
      template();
    } else if (mark === '}' && templateDepths.at(-1) === depth) {
      templateDepths.pop();
      template();
    } else {
      if (mark === '{') depth += 1;
      if (mark === '}') depth -= 1;
      push('mark', mark, at);
    }
  }
  return tokens;
}

function startsRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'word') return BEFORE_REGEX.has(before.text);
  return before.kind === 'mark' && !['/', ')', ']', '}', '`'].includes(before.text);
}
