import type { PolicyDocument as KeptDocument, WantedPolicyDocument } from '@bulkhead/control-plane';
import { formatPath } from '@bulkhead/core';

export interface DocumentDifference {
  readonly kind: string;
  readonly name: string;
  readonly change: 'added' | 'changed' | 'removed';
  /** Where a changed document differs: `spec.mode`. */
  readonly paths: readonly string[];
}

/** A reader looks at the document beyond this. */
const MAX_PATHS = 50;

/** What wanted documents change of those that are there. */
export function differenceOf(
  before: readonly KeptDocument[],
  wanted: readonly WantedPolicyDocument[],
): readonly DocumentDifference[] {
  const known = new Map(before.map(({ kind, name, document }) => [`${kind}/${name}`, document]));
  return wanted.flatMap(({ kind, name, document }): DocumentDifference[] => {
    const old = known.get(`${kind}/${name}`);
    if (old === undefined) return document === undefined ? [] : [{ kind, name, change: 'added', paths: [] }];
    if (document === undefined) return [{ kind, name, change: 'removed', paths: [] }];
    const paths: string[] = [];
    compare(old, document, [], paths);
    return paths.length === 0 ? [] : [{ kind, name, change: 'changed', paths }];
  });
}

/** Documents are read with a bounded depth, so that this ends. */
function compare(a: unknown, b: unknown, path: readonly (string | number)[], paths: string[]): void {
  if (Object.is(a, b) || paths.length >= MAX_PATHS) return;
  if (!isMap(a) || !isMap(b) || Array.isArray(a) !== Array.isArray(b)) {
    paths.push(formatPath(path));
    return;
  }
  const isList = Array.isArray(a);
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    compare(a[key], b[key], [...path, isList ? Number(key) : key], paths);
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
