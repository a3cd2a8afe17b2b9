/** What an image was built from: its text, and the path under which the repository knows it. */
export interface Dockerfile {
  readonly path: string;
  readonly text: string;
}

/** One instruction, its continuation lines joined, comments inside it left out. `line` counts from 1. */
export interface Instruction {
  readonly keyword: string;
  readonly argument: string;
  readonly line: number;
  /** The text of the here-document that follows, if one does; it is not part of `argument`. */
  readonly heredoc?: string;
}

/** Larger files are no Dockerfiles. */
const MAX_LENGTH = 1024 * 1024;
const HEREDOC = /<<-?\s*(["']?)([A-Za-z_][A-Za-z0-9_]*)\1/g;

/** Reads the instructions of a Dockerfile. Anything can be read: what is no instruction becomes one nobody knows. */
export function parseDockerfile(text: string): readonly Instruction[] {
  const lines = text.slice(0, MAX_LENGTH).split(/\r?\n/);
  const escape = escapeOf(lines);
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = at;
    const joined = join(lines, at, escape);
    at = joined.next;
    const match = /^\s*([A-Za-z]+)(?:\s+(.*))?$/s.exec(joined.text);
    if (match?.[1] === undefined) continue;
    const argument = (match[2] ?? '').trim();
    const keyword = match[1].toUpperCase();
    const names = ['RUN', 'COPY', 'ADD'].includes(keyword) ? [...argument.matchAll(HEREDOC)] : [];
    const body = at;
    for (const [, , name] of names) {
      while (at < lines.length && lines[at]?.trim() !== name) at += 1;
      at += 1;
    }
    const heredoc = names.length > 0 && { heredoc: lines.slice(body, at - 1).join('\n') };
    instructions.push({ keyword, argument, line: first + 1, ...heredoc });
  }
  return instructions;
}

/** The instructions that made the image: those of the last stage, and of the stages it is built on. */
export function finalStage(instructions: readonly Instruction[]): readonly Instruction[] {
  const stages: { readonly name: string | undefined; readonly base: string; readonly own: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') {
      const words = instruction.argument.split(/\s+/).filter((word) => !word.startsWith('--'));
      const name = words[1]?.toLowerCase() === 'as' ? words[2]?.toLowerCase() : undefined;
      stages.push({ name, base: words[0]?.toLowerCase() ?? '', own: [instruction] });
    } else stages.at(-1)?.own.push(instruction);
  }
  let index = stages.length - 1;
  let result: readonly Instruction[] = [];
  while (index >= 0) {
    const stage = stages[index];
    if (stage === undefined) break;
    result = [...stage.own, ...result];
    // A stage can only build on one before it, so that this ends.
    index = stages.slice(0, index).findLastIndex(({ name }) => name !== undefined && name === stage.base);
  }
  return result;
}

function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^\s*#\s*([A-Za-z]+)\s*=\s*(\S+)\s*$/.exec(line);
    if (directive === null) break;
    if (directive[1]?.toLowerCase() === 'escape' && directive[2] === '`') return '`';
  }
  return '\\';
}

function join(lines: readonly string[], start: number, escape: string): { text: string; next: number } {
  const parts: string[] = [];
  let at = start;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (/^\s*#/.test(line) || (at > start && line.trim() === '')) {
      if (at === start) return { text: '', next: at + 1 };
      continue;
    }
    const trimmed = line.trimEnd();
    if (!trimmed.endsWith(escape)) {
      parts.push(line);
      return { text: parts.join(''), next: at + 1 };
    }
    parts.push(trimmed.slice(0, -1));
  }
  return { text: parts.join(''), next: at };
}
