import { lineIn, MANIFEST_YAML } from '@bulkhead/pod-rules';
import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import type { PolicyProblem } from './problem.ts';

/** A policy of a large cluster is some hundred kilobytes; what is larger was not meant as a policy. */
export const MAX_CHARACTERS = 8 * 1024 * 1024;
/** Aliases expand: a few lines of them can stand for gigabytes. Nobody needs more than this in a policy. */
const MAX_ALIASES = 100;

/** A document as plain values, and the way back from a path in it to a line. */
export interface RawDocument {
  readonly index: number;
  readonly value: unknown;
  readonly lineOf: (path: readonly (string | number)[]) => number | undefined;
}

export interface RawFile {
  readonly documents: readonly RawDocument[];
  readonly problems: readonly PolicyProblem[];
}

/** `policy` is YAML 1.2, which knows no surprises; `manifest` what Kubernetes' tools read. */
export type YamlDialect = 'policy' | 'manifest';

const OPTIONS = {
  policy: { stringKeys: true, prettyErrors: false },
  manifest: { ...MANIFEST_YAML, prettyErrors: false },
} as const;

/** Reads multi-document YAML (or JSON) from outside. Empty documents are left out. Never throws. */
export function readYaml(file: string, text: string, dialect: YamlDialect = 'policy'): RawFile {
  if (text.length > MAX_CHARACTERS) {
    return { documents: [], problems: [{ file, path: [], message: `is larger than ${MAX_CHARACTERS} characters` }] };
  }
  const lines = new LineCounter();
  let parsed: readonly Document[];
  try {
    const result = parseAllDocuments(text, { lineCounter: lines, ...OPTIONS[dialect] });
    parsed = Array.isArray(result) ? result : [];
  } catch (error) {
    // The parser recurses: nesting without end exhausts the stack.
    return { documents: [], problems: [{ file, path: [], message: `cannot be read as YAML: ${messageOf(error)}` }] };
  }

  const documents: RawDocument[] = [];
  const problems: PolicyProblem[] = [];
  for (const [position, document] of parsed.entries()) {
    const index = position + 1;
    const faults = [...document.errors, ...document.warnings];
    for (const fault of faults) {
      problems.push({
        file,
        document: index,
        line: lines.linePos(fault.pos[0]).line,
        path: [],
        message: fault.message,
      });
    }
    if (faults.length > 0) continue;
    if (dialect === 'manifest' && document.directives?.yaml.explicit === true) {
      problems.push({ file, document: index, path: [], message: 'has a %YAML directive, which Kubernetes refuses' });
      continue;
    }
    try {
      const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
      if (value != null) documents.push({ index, value, lineOf: (path) => lineIn(document, lines, path) });
    } catch (error) {
      problems.push({ file, document: index, path: [], message: messageOf(error) });
    }
  }
  return { documents, problems };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
