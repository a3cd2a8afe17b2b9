/** The version every document of the policy language carries. */
export const API_VERSION = 'bulkhead.io/v1alpha1';

/** One thing wrong with a document: where in it, and what is wrong. */
export interface DocumentProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type ParsedDocument<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/**
 * A kind of document. A domain package exports one; an app registers it with the loader, so that the loader knows no
 * domain. Values carry the name their document gave them.
 */
export interface DocumentKind<Value extends { readonly name: string }> {
  readonly kind: string;
  /** Reads one document from outside; paths in it are relative to `file`. Reports every problem, never throws. */
  parse(document: unknown, file?: string): ParsedDocument<Value>;
  /** Problems that only show between documents of this kind. */
  check?(values: readonly Value[]): readonly SetProblem[];
}

/** A problem of one value among several; `index` is its position. */
export interface SetProblem extends DocumentProblem {
  readonly index: number;
}

/** The problems that a schema's check found, its issues, as those of a document. */
export function problemsOfIssues(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): DocumentProblem[] {
  return issues.map(({ path, message }) => ({
    path: path.map((step) => (typeof step === 'symbol' ? String(step) : step)),
    message,
  }));
}

/** One problem as people read it: `spec.detectors[2].id: is unknown`; only what is wrong where it is the whole document. */
export function problemText({
  path,
  message,
}: {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}): string {
  return path.length === 0 ? message : `${formatPath(path)}: ${message}`;
}

/** Renders a path as people write it: `spec.detectors[2].id`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(String(step))) text += text === '' ? String(step) : `.${String(step)}`;
    else text += `[${JSON.stringify(String(step))}]`;
  }
  return text;
}
