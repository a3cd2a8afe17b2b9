import { parseDocument } from 'yaml';
import type { z } from 'zod';

import type { Collector } from './collector.ts';
import { shaped } from './json.ts';
import { textOf } from './text.ts';

/**
 * Parses a YAML file and its outer shape; what is no YAML or of another shape is one gap and undefined. All scalars are
 * texts: `1.10` is a version, not a number. No lock file has aliases, so none is resolved and no bomb expands.
 */
export function readYaml<Shape>(content: Buffer, shape: z.ZodType<Shape>, found: Collector): Shape | undefined {
  let value: unknown;
  try {
    // Comparing each key with all others would take the square of their number.
    const document = parseDocument(textOf(content), {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const error = document.errors[0];
    if (error !== undefined) throw error;
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    found.gap('corrupt', 'it is no valid YAML');
    return undefined;
  }
  return shaped(value, shape, found);
}
