/** One instruction, with its continuation lines joined. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** Everything behind the keyword and its flags. */
  readonly text: string;
  /** `--from=build` as `from` → `build`; a flag without a value is `true`'s text. */
  readonly flags: ReadonlyMap<string, string>;
  /** The words of the JSON form; undefined in shell form. */
  readonly exec?: readonly string[];
  /** Bodies of here-documents. */
  readonly documents: readonly string[];
  readonly line: number;
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

/** The largest in use (generated ones) have some hundred. */
export const MAX_INSTRUCTIONS = 10_000;

/**
 * Takes a Dockerfile apart (docs.docker.com/reference/dockerfile): parser directives, continuations, comments between
 * them, here-documents, flags and the JSON form. Undefined where there is no FROM: then it is none.
 */
export function parseDockerfile(text: string): Dockerfile | undefined {
  const global: Instruction[] = [];
  const stages: { base: string; name?: string; line: number; instructions: Instruction[] }[] = [];
  let count = 0;
  for (const instruction of instructions(text)) {
    count += 1;
    if (count > MAX_INSTRUCTIONS) return { global, stages, limit: `more than ${MAX_INSTRUCTIONS} instructions` };
    if (instruction.keyword === 'FROM') {
      const [base = '', as, name] = instruction.text.split(/\s+/);
      const named = as?.toLowerCase() === 'as' && name !== undefined ? { name: name.toLowerCase() } : {};
      stages.push({ base, ...named, line: instruction.line, instructions: [] });
    } else {
      (stages.at(-1)?.instructions ?? global).push(instruction);
    }
  }
  return stages.length === 0 ? undefined : { global, stages };
}

function* instructions(text: string): Generator<Instruction> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escape = /^\s*#\s*escape\s*=\s*`\s*$/im.test(lines.slice(0, 3).join('\n')) ? '`' : '\\';
  let index = 0;
  while (index < lines.length) {
    const line = index + 1;
    const parts: string[] = [];
    let more = true;
    while (more && index < lines.length) {
      const raw = lines[index] ?? '';
      index += 1;
      // Comments and empty lines between continuations do not end an instruction.
      if (/^\s*#/.test(raw) || (raw.trim() === '' && parts.length > 0)) continue;
      const trimmed = raw.trimEnd();
      more = trimmed.endsWith(escape);
      parts.push(more ? trimmed.slice(0, -1) : raw);
    }
    const found = /^\s*([A-Za-z]+)(?:\s+([\s\S]*))?$/.exec(parts.join(' '));
    if (found?.[1] === undefined) continue;
    const documents: string[] = [];
    for (const [, end = ''] of (found[2] ?? '').matchAll(/<<-?["']?([A-Za-z_][A-Za-z0-9_]*)["']?/g)) {
      if (!/^(?:RUN|COPY|ADD)$/i.test(found[1])) break;
      const start = index;
      while (index < lines.length && lines[index]?.trim() !== end) index += 1;
      documents.push(lines.slice(start, index).join('\n'));
      index += 1;
    }
    yield { ...taken(found[1].toUpperCase(), (found[2] ?? '').trim()), documents, line };
  }
}

function taken(keyword: string, whole: string): Omit<Instruction, 'documents' | 'line'> {
  const flags = new Map<string, string>();
  let text = whole;
  for (let flag = nextFlag(text); flag !== null; flag = nextFlag(text)) {
    flags.set((flag[1] ?? '').toLowerCase(), flag[2] ?? '');
    text = text.slice(flag[0].length);
  }
  const exec = text.startsWith('[') ? words(text) : undefined;
  return { keyword, text, flags, ...(exec !== undefined && { exec }) };
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
