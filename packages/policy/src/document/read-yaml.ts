import { type Document, isNode, LineCounter, parseAllDocuments, type Tags } from 'yaml';
import type { PolicyProblem } from './problem.ts';

/** A policy of a large cluster is some hundred kilobytes; what is larger was not meant as a policy. */
const MAX_CHARACTERS = 8 * 1024 * 1024;
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

/**
 * `policy` is YAML 1.2, which knows no surprises. `manifest` is what Kubernetes' tools read: YAML 1.1, where `yes` is true
 * and `<<` merges, so that no setting is overlooked that is in force in the cluster.
 */
export type YamlDialect = 'policy' | 'manifest';

const OPTIONS = {
  policy: { stringKeys: true, prettyErrors: false },
  manifest: {
    stringKeys: true,
    prettyErrors: false,
    version: '1.1',
    // Times are texts in Kubernetes.
    customTags: (tags: Tags) => tags.filter((tag) => typeof tag === 'string' || !tag.tag.endsWith(':timestamp')),
  },
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
      if (value != null) documents.push({ index, value, lineOf: (path) => lineOf(document, lines, path) });
    } catch (error) {
      problems.push({ file, document: index, path: [], message: messageOf(error) });
    }
  }
  return { documents, problems };
}

/** The line of the deepest part of `path` that exists: a missing key is reported where it should have been. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
