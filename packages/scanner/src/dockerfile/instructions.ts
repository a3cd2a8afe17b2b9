/** One instruction of a Dockerfile, its continuation lines joined, comments between them left out. */
export interface Instruction {
  /** Upper case. Anything that is written like an instruction is one, also where no builder knows it. */
  readonly keyword: string;
  /** Everything behind the keyword, flags too. */
  readonly argument: string;
  /** Bodies of the here-documents that follow it; they are not part of `argument`. */
  readonly documents: readonly string[];
  /** Counts from 1. */
  readonly line: number;
}

/** What was read, and why the rest was not. */
export interface Instructions {
  readonly instructions: readonly Instruction[];
  /** Set where a bound was met: the rest was not looked at. */
  readonly limit?: string;
}

/** The largest in use (generated ones) have some hundred. */
export const MAX_INSTRUCTIONS = 10_000;
/** Larger files are no Dockerfiles. */
export const MAX_LENGTH = 1024 * 1024;

const HEREDOC = /<<-?\s*(["']?)([A-Za-z_][A-Za-z0-9_]*)\1/g;
const WITH_DOCUMENTS: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD']);

/**
 * Takes a Dockerfile apart (docs.docker.com/reference/dockerfile): the escape directive, continuations, comments and
 * empty lines between them, here-documents. Any text can be read; what is no instruction is passed over.
 */
export function readInstructions(text: string): Instructions {
  const lines = text
    .slice(0, MAX_LENGTH)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  const escape = escapeOf(lines);
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = at + 1;
    const joined = join(lines, at, escape);
    at = joined.next;
    const match = /^\s*([A-Za-z]+)(?:\s+(.*))?$/s.exec(joined.text);
    if (match?.[1] === undefined) continue;
    if (instructions.length === MAX_INSTRUCTIONS) {
      return { instructions, limit: `more than ${MAX_INSTRUCTIONS} instructions` };
    }
    const keyword = match[1].toUpperCase();
    const argument = (match[2] ?? '').trim();
    const documents: string[] = [];
    for (const [, , end] of WITH_DOCUMENTS.has(keyword) ? argument.matchAll(HEREDOC) : []) {
      const start = at;
      while (at < lines.length && lines[at]?.trim() !== end) at += 1;
      documents.push(lines.slice(start, at).join('\n'));
      at += 1;
    }
    instructions.push({ keyword, argument, documents, line });
  }
  return text.length > MAX_LENGTH ? { instructions, limit: `more than ${MAX_LENGTH} characters` } : { instructions };
}

/** Directives are the comments before everything else; the first line that is none ends them. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^\s*#\s*([A-Za-z]+)\s*=\s*(\S+)\s*$/.exec(line);
    if (directive === null) break;
    if (directive[1]?.toLowerCase() === 'escape' && directive[2] === '`') return '`';
  }
  return '\\';
}

/** The instruction that starts at a line, and the line behind it. */
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
