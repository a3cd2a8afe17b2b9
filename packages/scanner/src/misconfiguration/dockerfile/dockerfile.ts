import { readInstructions, type Instruction as Written } from '../../dockerfile/instructions.ts';

/** An instruction with its flags and its JSON form taken apart. */
export interface Instruction extends Omit<Written, 'argument'> {
  /** Everything behind the keyword and its flags. */
  readonly text: string;
  /** `--from=build` as `from` → `build`; a flag without a value is `true`'s text. */
  readonly flags: ReadonlyMap<string, string>;
  /** The words of the JSON form; undefined in shell form. */
  readonly exec?: readonly string[];
}

/** A stage begins with FROM. */
export interface Stage {
  readonly base: string;
  readonly name?: string;
  readonly line: number;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** ARG before the first FROM. */
  readonly global: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** Set where a bound was met: the rest was not looked at. */
  readonly limit?: string;
}

/** A Dockerfile by its stages. Undefined where there is no FROM: then it is none. */
export function parseDockerfile(text: string): Dockerfile | undefined {
  const global: Instruction[] = [];
  const stages: { base: string; name?: string; line: number; instructions: Instruction[] }[] = [];
  const { instructions, limit } = readInstructions(text);
  for (const instruction of instructions.map(takenApart)) {
    if (instruction.keyword === 'FROM') {
      const [base = '', as, name] = instruction.text.split(/\s+/);
      const named = as?.toLowerCase() === 'as' && name !== undefined ? { name: name.toLowerCase() } : {};
      stages.push({ base, ...named, line: instruction.line, instructions: [] });
    } else {
      (stages.at(-1)?.instructions ?? global).push(instruction);
    }
  }
  return stages.length === 0 ? undefined : { global, stages, ...(limit !== undefined && { limit }) };
}

function takenApart({ argument, ...written }: Written): Instruction {
  const flags = new Map<string, string>();
  let text = argument;
  for (let flag = nextFlag(text); flag !== null; flag = nextFlag(text)) {
    flags.set((flag[1] ?? '').toLowerCase(), flag[2] ?? '');
    text = text.slice(flag[0].length);
  }
  const exec = text.startsWith('[') ? words(text) : undefined;
  return { ...written, text, flags, ...(exec !== undefined && { exec }) };
}

function nextFlag(text: string): RegExpExecArray | null {
  return /^--([a-z-]+)(?:=(\S*))?\s+/i.exec(text);
}

function words(text: string): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((word) => typeof word === 'string') ? parsed : undefined;
  } catch {
    return undefined;
  }
}
