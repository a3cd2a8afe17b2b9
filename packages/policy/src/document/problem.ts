import { formatPath, printable } from '@bulkhead/core';

/** Where a document came from. */
export interface DocumentOrigin {
  readonly file: string;
  /** Position in the file, from 1. */
  readonly document: number;
}

/** One thing wrong with a policy, and where. */
export interface PolicyProblem {
  readonly file: string;
  /** Position of the document in the file, from 1; absent when the file as a whole is meant. */
  readonly document?: number;
  readonly line?: number;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Renders a problem as one line: `policy.yaml:12: document 2: spec.mode: must be …`. */
export function formatProblem({ file, document, line, path, message }: PolicyProblem): string {
  const parts = [
    line === undefined ? file : `${file}:${line}`,
    ...(document === undefined ? [] : [`document ${document}`]),
    ...(path.length === 0 ? [] : [formatPath(path)]),
    message,
  ];
  return printable(parts.join(': '));
}

/** Orders problems as a reader of the files meets them. */
export function compareProblems(a: PolicyProblem, b: PolicyProblem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.document ?? 0) - (b.document ?? 0) || (a.line ?? 0) - (b.line ?? 0);
}
