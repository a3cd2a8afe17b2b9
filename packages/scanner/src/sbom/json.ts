import { ScanError } from '../error.ts';

/** Whether a value of parsed JSON is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; anything else is no list of objects, so there are none. */
export function recordsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A text with something in it. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What may hold the objects of a list. Whoever writes something else meant packages that nobody would look at. */
export function isListOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || Array.isArray(value);
}

/** The SBOM `name` has something else where its list `field` belongs. */
export function noList(name: string, field: string): ScanError {
  return new ScanError('INVALID_SBOM', {
    what: `cannot read ${JSON.stringify(name)} as an SBOM`,
    why: `its ${JSON.stringify(field)} are no list`,
    fix: 'have it made again',
  });
}
