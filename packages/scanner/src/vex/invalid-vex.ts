import { problemText } from '@bulkhead/core';
import type { z } from 'zod';
import { ScanError } from '../error.ts';

/** The one error of this folder. */
export function invalidVex(name: string, why: string): ScanError {
  return new ScanError('INVALID_VEX', {
    what: `cannot read ${JSON.stringify(name)} as VEX`,
    why,
    fix: 'give OpenVEX, CycloneDX or CSAF as JSON',
  });
}

/** Reads a document by its schema; the first problem is the error. */
export function parseVex<Schema extends z.ZodType>(schema: Schema, document: unknown, name: string): z.infer<Schema> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalidVex(name, issue === undefined ? 'it is malformed' : problemText(issue));
}

/** Milliseconds since the epoch; 0, older than everything, where the text is no time. */
export function timeOf(text: string | undefined): number {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? 0 : time;
}
