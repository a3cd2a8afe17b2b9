import type { z } from 'zod';

import type { Collector } from './collector.ts';
import { shaped } from './json.ts';
import { parsePlainYaml } from './plain-yaml/plain-yaml.ts';
import { PlainYamlError, type PlainYamlValue } from './plain-yaml/value.ts';
import { textOf } from './text.ts';

/** Parses a lock file in YAML and its outer shape; what is no such YAML or of another shape is one gap and undefined. */
export function readYaml<Shape>(content: Buffer, shape: z.ZodType<Shape>, found: Collector): Shape | undefined {
  let value: PlainYamlValue;
  try {
    value = parsePlainYaml(textOf(content));
  } catch (error) {
    if (!(error instanceof PlainYamlError)) throw error;
    found.gap('corrupt', `it is no YAML as package managers write it: ${error.message}`);
    return undefined;
  }
  return shaped(value, shape, found);
}
