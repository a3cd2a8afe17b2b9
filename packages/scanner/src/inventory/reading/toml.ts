import { parse } from 'smol-toml';
import type { z } from 'zod';

import type { Collector } from './collector.ts';
import { shaped } from './json.ts';
import { textOf } from './text.ts';

/** Lock files nest three deep. */
const MAX_DEPTH = 32;

/** Parses a TOML file and its outer shape; what is no TOML or of another shape is one gap and undefined. */
export function readToml<Shape>(content: Buffer, shape: z.ZodType<Shape>, found: Collector): Shape | undefined {
  let value: unknown;
  try {
    value = parse(textOf(content), { maxDepth: MAX_DEPTH, unsafeKeyBehaviour: 'drop' });
  } catch {
    found.gap('corrupt', 'it is no valid TOML');
    return undefined;
  }
  return shaped(value, shape, found);
}
