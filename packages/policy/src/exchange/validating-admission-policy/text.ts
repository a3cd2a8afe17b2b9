/** A text as a literal of CEL. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

export function list(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

/** That `subject`, an expression, matches one of some globs; false for none. */
export function matchesOneOf(globs: readonly string[], subject: string): string {
  return anyOf(globs.map((glob) => `${subject}.matches(${literal(globPattern(glob))})`));
}

export function anyOf(expressions: readonly string[]): string {
  return expressions.length === 0 ? 'false' : `(${expressions.join(' || ')})`;
}

export function allOf(expressions: readonly string[]): string {
  return expressions.length === 0 ? 'true' : `(${expressions.join(' && ')})`;
}

/** A glob as a pattern of RE2. */
function globPattern(glob: string): string {
  const pattern = glob.replaceAll(/[\\^$.|+()[\]{}*?]/g, (character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : `\\${character}`;
  });
  return `(?s)^${pattern}$`;
}
