import type { z } from 'zod';

import type { Collector } from './collector.ts';
import { textOf } from './text.ts';

/** Parses a JSON file and its outer shape; what is no JSON or of another shape is one gap and undefined. */
export function readJson<Shape>(content: Buffer, shape: z.ZodType<Shape>, found: Collector): Shape | undefined {
  let value: unknown;
  try {
    value = JSON.parse(textOf(content));
  } catch {
    found.gap('corrupt', 'it is no valid JSON');
    return undefined;
  }
  return shaped(value, shape, found);
}

/** The value as the shape says, or one gap that names the first place that differs. */
export function shaped<Shape>(value: unknown, shape: z.ZodType<Shape>, found: Collector): Shape | undefined {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.map(String).join('.') ?? '';
  found.gap('corrupt', `it has not the shape of its format${place === '' ? '' : ` at ${place.slice(0, 100)}`}`);
  return undefined;
}

/** One entry as the shape says, or undefined with the entry counted as malformed: the others still count. */
export function entryOf<Shape>(value: unknown, shape: z.ZodType<Shape>, found: Collector): Shape | undefined {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  found.malformed();
  return undefined;
}
