import type { z } from 'zod';
import { OciError } from '../error.ts';

/** Reads a JSON document of the image by its schema. `what` names it in the error: `the manifest sha256:…`. */
export function parseJson<T>(schema: z.ZodType<T>, content: Buffer, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(content.toString());
  } catch (error) {
    throw new OciError('NOT_AN_IMAGE', { what: `${what} cannot be read`, why: 'it is no JSON' }, { cause: error });
  }
  // Compiling a schema takes longer than reading the one document of a process with it.
  const parsed = schema.safeParse(value, { jitless: true });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const why = issue === undefined ? 'it is of another kind' : `${issue.path.join('.') || 'it'}: ${issue.message}`;
  throw new OciError('NOT_AN_IMAGE', { what: `${what} cannot be read`, why }, { cause: parsed.error });
}
