const REPEAT = /\{(\d*),?(\d*)\}/y;
/** Flags alone: what stands before them is what a repetition behind them repeats. */
const FLAGS = /\(\?[A-Za-z-]*\)/y;

/**
 * How many parts the program of an RE2 pattern has at most: each character and class is one, and what is repeated `{n,m}` times is
 * there m times. Infinite for `\Q`, which hides what follows. Of what is no pattern it says nothing.
 */
export function patternSize(pattern: string): number {
  // An alternative that is empty is one part too.
  const groups = [{ total: 1, last: 0 }];
  let offset = 0;
  while (offset < pattern.length) {
    const group = groups.at(-1) ?? { total: 1, last: 0 };
    if (pattern.startsWith('\\Q', offset)) return Infinity;
    REPEAT.lastIndex = offset;
    const repeat = REPEAT.exec(pattern);
    if (repeat !== null) {
      const times = Math.max(Number(repeat[1] ?? 0), Number(repeat[2] ?? 0), 1);
      // What may be absent is a branch more.
      const repeated = (group.last + 1) * times;
      group.total += repeated;
      group.last += repeated;
      offset += repeat[0].length;
      continue;
    }
    FLAGS.lastIndex = offset;
    const flags = FLAGS.exec(pattern);
    if (flags !== null) {
      offset += flags[0].length;
      continue;
    }
    const character = pattern[offset] ?? '';
    if (character === '(') {
      groups.push({ total: 1, last: 0 });
      offset += 1;
    } else if (character === ')') {
      const inner = groups.length > 1 ? groups.pop() : undefined;
      const outer = groups.at(-1) ?? group;
      outer.last = (inner?.total ?? 0) + 2;
      outer.total += outer.last;
      offset += 1;
    } else if (character === '|') {
      group.total += 2;
      offset += 1;
    } else if ('*+?'.includes(character)) {
      // Two where what is repeated may be empty.
      group.total += 2;
      group.last += 2;
      offset += 1;
    } else {
      group.last = 1;
      group.total += 1;
      offset = character === '[' ? endOfClass(pattern, offset) : offset + (character === '\\' ? 2 : 1);
    }
  }
  return groups.reduce((sum, { total }) => sum + total, 0);
}

/** Behind the class that begins here: a first `]` is a member of it, and so is one of `[:alpha:]`. */
function endOfClass(pattern: string, start: number): number {
  let offset = start + 1;
  if (pattern[offset] === '^') offset += 1;
  if (pattern[offset] === ']') offset += 1;
  while (offset < pattern.length && pattern[offset] !== ']') {
    const named = pattern.startsWith('[:', offset) ? pattern.indexOf(':]', offset) : -1;
    offset = named < 0 ? offset + (pattern[offset] === '\\' ? 2 : 1) : named + 2;
  }
  return offset + 1;
}
