import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Random } from '../../capture/random.ts';
import type { Datum } from './datum.ts';
import type { NumberedThing } from './numbered-things.ts';
import { fillShape } from './shape.ts';

/** Debian's own: its modules are what python3-stdnum installs for. */
const PYTHON = '/usr/bin/python3';
const PACKAGE = '/usr/lib/python3/dist-packages/stdnum';

/** One line of module and number in, one line of 0 or 1 out. */
const JUDGE = `
import importlib, sys
for line in sys.stdin:
    name, number = line.rstrip("\\n").split("\\t")
    module = importlib.import_module("stdnum." + name)
    try:
        if name == "mx.rfc":
            module.validate(number, validate_check_digits=True)
        else:
            module.validate(number)
        print(1)
    except Exception:
        print(0)
`;

/** One in a hundred of the hardest shapes is right; asked for in lots until there are enough. */
const LOT = 40;
const MAX_LOTS = 20;

/** Why python-stdnum cannot be asked; nothing when it can. */
export function stdnumMissing(): string | undefined {
  return existsSync(PACKAGE) && existsSync(PYTHON) ? undefined : `${PACKAGE} is missing (Debian: python3-stdnum)`;
}

/**
 * Numbers that python-stdnum, an implementation nobody here wrote, calls right; as many as asked for and the same for
 * the same seed. Rejects when a shape hardly ever gives one.
 */
export async function judgedNumbers(thing: NumberedThing, seed: number, count: number): Promise<readonly Datum[]> {
  const random = new Random(seed);
  const right = new Set<string>();
  for (let lot = 0; lot < MAX_LOTS && right.size < count; lot += 1) {
    const numbers = Array.from({ length: LOT * count }, () => fillShape(random.pick(thing.shapes), random));
    const verdicts = await judge(thing.module, numbers);
    for (const [index, number] of numbers.entries())
      if (verdicts[index] === true && right.size < count) right.add(number);
  }
  if (right.size < count) throw new Error(`${thing.module} calls hardly any of ${thing.shapes.join(', ')} right`);
  return [...right].map((value) => ({ detector: thing.detector, value, key: thing.key }));
}

/** The verdict of a module of python-stdnum about each number. */
export async function judge(module: string, numbers: readonly string[]): Promise<readonly boolean[]> {
  const child = spawn(PYTHON, ['-c', JUDGE], { stdio: ['pipe', 'pipe', 'ignore'] });
  const closed = once(child, 'close');
  // What a judge that ended early did not read is told by its lines, which are too few.
  child.stdin.on('error', () => undefined);
  child.stdin.end(numbers.map((number) => `${module}\t${number}\n`).join(''));
  const lines = (await child.stdout.toArray()).join('').trim().split('\n');
  const [code] = (await closed) as [number | null];
  if (code !== 0 || lines.length !== numbers.length) throw new Error(`python-stdnum has no verdict about ${module}`);
  return lines.map((line) => line === '1');
}
