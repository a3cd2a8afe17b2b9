import { RULES } from './rules.ts';
import type { Order, VersionComparison, VersionScheme } from './scheme.ts';

/** A version that was read and can be ordered many times without being read again. */
export interface ParsedVersion {
  readonly scheme: VersionScheme;
  readonly text: string;
  /** The scheme's own form; nobody else's business. */
  readonly form: unknown;
}

export type VersionReading =
  | { readonly ok: true; readonly version: ParsedVersion }
  | { readonly ok: false; readonly version: string; readonly reason: string };

/** The longest versions in use have about a hundred characters; this bounds what a hostile lock file costs. */
export const MAX_VERSION_LENGTH = 1024;

/** Reads a version by a scheme. White space and control characters belong to no version and are a failure. */
export function parseVersion(scheme: VersionScheme, text: string): VersionReading {
  const problem = problemOf(text);
  if (problem !== undefined) return { ok: false, version: text.slice(0, MAX_VERSION_LENGTH), reason: problem };
  const reading = RULES[scheme].parse(text);
  if (!reading.ok) return { ok: false, version: text, reason: reading.reason };
  return { ok: true, version: { scheme, text, form: reading.version } };
}

/** Orders two versions of one scheme. Handing it two schemes is a mistake of the program and throws. */
export function orderVersions(a: ParsedVersion, b: ParsedVersion): Order {
  if (a.scheme !== b.scheme) throw new TypeError(`a version of ${a.scheme} has no order with one of ${b.scheme}`);
  return RULES[a.scheme].compare(a.form, b.form);
}

/** Whether `a` is older than, equal to or newer than `b`: a total order on what parses, a failure for the rest. */
export function compareVersions(scheme: VersionScheme, a: string, b: string): VersionComparison {
  const left = parseVersion(scheme, a);
  if (!left.ok) return left;
  const right = parseVersion(scheme, b);
  if (!right.ok) return right;
  return { ok: true, order: orderVersions(left.version, right.version) };
}

function problemOf(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (text.length > MAX_VERSION_LENGTH) return `it is longer than ${MAX_VERSION_LENGTH} characters`;
  return /[\s\p{Cc}]/u.test(text) ? 'it holds white space or control characters' : undefined;
}
