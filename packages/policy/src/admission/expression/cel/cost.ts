import { type CelValue, isCelList, isCelMap } from '@bufbuild/cel';

type Spend = (steps: number) => void;

/** Characters that are copied or compared in about the time of one step. */
const CHARACTERS = 16;
/** As above, where each is looked at by itself. */
const CHARACTERS_ONE_BY_ONE = 4;
/** Comparisons of characters in a search, in its worst case. */
const COMPARISONS = 64;

const SEARCHES: ReadonlySet<string> = new Set(['contains', 'indexOf', 'lastIndexOf', 'split', 'replace']);
const CHARACTER_WISE: ReadonlySet<string> = new Set(['lowerAscii', 'upperAscii', 'trim', 'split', 'replace', 'size']);
const EQUALITY: ReadonlySet<string> = new Set(['_==_', '_!=_']);
const CONVERSIONS: ReadonlySet<string> = new Set(['int', 'uint', 'double', 'timestamp', 'duration', 'string', 'bytes']);

/** Spends what a function of the library costs on these operands, the target of a method first; at least one step. */
export function costOf(name: string, operands: readonly CelValue[], spend: Spend): void {
  const [first = null, second = null] = operands;
  spend(1);
  if (EQUALITY.has(name)) {
    if (isContainer(first) && isContainer(second)) walk(second, spend);
    else spend(Math.min(lengthOf(first), lengthOf(second)) / CHARACTERS);
    return;
  }
  if (name === '@in' && isCelList(second)) {
    walk(second, spend);
    return;
  }
  const length = lengthOf(first);
  if (SEARCHES.has(name)) spend((length * lengthOf(second)) / COMPARISONS);
  if (name === 'replace') spend((length * lengthOf(operands[2] ?? null)) / CHARACTERS_ONE_BY_ONE);
  if (CHARACTER_WISE.has(name)) spend(length / CHARACTERS_ONE_BY_ONE);
  // Long numbers are read in quadratic time.
  if (CONVERSIONS.has(name) && typeof first === 'string') spend(length + length ** 2 / COMPARISONS);
  if (name === 'join' && isCelList(first)) {
    walk(first, spend);
    spend((first.size * lengthOf(second)) / CHARACTERS);
  }
  for (const operand of operands) spend(lengthOf(operand) / CHARACTERS);
}

function isContainer(value: CelValue): boolean {
  return isCelList(value) || isCelMap(value);
}

function lengthOf(value: CelValue): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
}

/** Spends a step for each value in a value. What an expression put together may hold one value often: it counts each time. */
function walk(value: CelValue, spend: Spend): void {
  spend(1 + lengthOf(value) / CHARACTERS);
  if (isCelList(value)) {
    for (const item of value) walk(item, spend);
  } else if (isCelMap(value)) {
    for (const [, member] of value) walk(member, spend);
  }
}
