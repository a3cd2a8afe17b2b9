import { compareNumerals, compareText, type Numeral, numeral } from '../numeral.ts';
import type { Order, SchemeReading } from '../scheme.ts';

/** A number, or an identifier that is not only digits. */
export type Identifier = { readonly number: Numeral } | { readonly text: string };

export interface SemanticVersion {
  readonly major: Numeral;
  readonly minor: Numeral;
  readonly patch: Numeral;
  readonly prerelease: readonly Identifier[];
  readonly build: readonly Identifier[];
}

const SHAPE =
  /^[vV=]?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?((?:\.[0-9]+)*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.+-]*))?$/;
const NONE: readonly Identifier[] = [];

/** Reads a semantic version and its usual relaxations: `v`, missing minor and patch, more than three numbers. */
export function parseSemantic(text: string): SchemeReading<SemanticVersion> {
  const parts = SHAPE.exec(text);
  if (parts === null) return { ok: false, reason: 'it is not of the form major.minor.patch-prerelease+build' };
  const [, major = '0', minor = '0', patch = '0', , prerelease, build] = parts;
  const version = {
    major: numeral(major),
    minor: numeral(minor),
    patch: numeral(patch),
    prerelease: prerelease === undefined ? NONE : identifiers(prerelease),
    build: build === undefined || build === '' ? NONE : identifiers(build),
  };
  return { ok: true, version };
}

/** Semantic Versioning's precedence: the numbers, then the pre-release, which is older than its release. */
export function compareCore(a: SemanticVersion, b: SemanticVersion): Order {
  return (
    compareNumerals(a.major, b.major) ||
    compareNumerals(a.minor, b.minor) ||
    compareNumerals(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

export function comparePrereleases(a: readonly Identifier[], b: readonly Identifier[]): Order {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 0 : a.length === 0 ? 1 : -1;
  return compareIdentifiers(a, b);
}

/** Numbers by value and before text, text by its bytes, the shorter list first. */
export function compareIdentifiers(a: readonly Identifier[], b: readonly Identifier[]): Order {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = compareIdentifier(left, right);
    if (order !== 0) return order;
  }
  return a.length < b.length ? -1 : 0;
}

export function identifiers(text: string): readonly Identifier[] {
  return text.split('.').map((part) => (/^[0-9]+$/.test(part) ? { number: numeral(part) } : { text: part }));
}

function compareIdentifier(a: Identifier, b: Identifier): Order {
  if ('number' in a) return 'number' in b ? compareNumerals(a.number, b.number) : -1;
  return 'number' in b ? 1 : compareText(a.text, b.text);
}
