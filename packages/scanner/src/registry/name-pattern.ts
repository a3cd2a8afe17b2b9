/**
 * Whether a name matches a pattern: `*` stands for any characters (slashes too), `?` for one, everything else for
 * itself. Never a regular expression: patterns come from users, and this is linear in the name for each star.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let position = 0;
  // Where to go on when what follows the last star did not match: one character later.
  let star = -1;
  let resume = 0;
  while (position < name.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at;
      resume = position;
      at += 1;
    } else if (wanted === '?' || (wanted !== undefined && wanted === name[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      position = resume;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** Which names are wanted: those that an `include` matches (all, where there is none) and no `exclude` does. */
export interface NameFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Whether a filter lets a name through. */
export function isWanted(filter: NameFilter, name: string): boolean {
  const included = filter.include.length === 0 || filter.include.some((pattern) => matchesPattern(pattern, name));
  return included && !filter.exclude.some((pattern) => matchesPattern(pattern, name));
}

/** The names a filter spells out, where it includes nothing but names: then nobody needs to be asked for a list. */
export function spelledOut(filter: NameFilter): readonly string[] | undefined {
  const { include } = filter;
  return include.length > 0 && !include.some((pattern) => /[*?]/.test(pattern)) ? include : undefined;
}
