/**
 * Whether a path matches a glob: `*` and `?` stay inside a segment, `**` spans segments. Linear in the length of the
 * glob times that of the path, whatever either holds: never a regular expression.
 */
export function matchesGlob(glob: string, path: string): boolean {
  const pattern = tokensOf(glob.replace(/^\.?\/+/, ''));
  // States are positions in the pattern; one pass over the path.
  let states = closure(new Set([0]), pattern);
  for (const character of path) {
    const next = new Set<number>();
    for (const state of states) {
      const token = pattern[state];
      if (token === undefined) continue;
      if (token === '**') next.add(state);
      else if (token === '*' && character !== '/') next.add(state);
      else if ((token === '?' && character !== '/') || token === character) next.add(state + 1);
    }
    states = closure(next, pattern);
    if (states.size === 0) return false;
  }
  return states.has(pattern.length);
}

function tokensOf(glob: string): readonly string[] {
  const tokens: string[] = [];
  const characters = Array.from(glob);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*' && characters[at + 1] === '*') {
      tokens.push('**');
      while (characters[at + 1] === '*') at += 1;
      // "**/" also stands for no folder at all: the slash goes with it.
      if (characters[at + 1] === '/') at += 1;
    } else tokens.push(character);
  }
  return tokens;
}

/** Stars may stand for nothing. */
function closure(states: Set<number>, pattern: readonly string[]): Set<number> {
  for (const state of states) if (pattern[state] === '*' || pattern[state] === '**') states.add(state + 1);
  return states;
}
