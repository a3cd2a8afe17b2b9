import { z } from 'zod';

export interface EnvironmentValues {
  readonly values: object;
  readonly problems: readonly string[];
}

/**
 * Picks a schema's keys out of the environment: `metrics.port` is `PREFIX_METRICS_PORT`. A variable with the prefix
 * that names no key is a problem: a typing mistake must not pass for a setting. Values are read as JSON where that
 * makes sense of them (numbers, booleans, lists) and as text where the schema wants text.
 */
export function readEnvironment(
  schema: z.ZodObject,
  environment: Readonly<Record<string, string | undefined>>,
  prefix: string,
): EnvironmentValues {
  const leaves = new Map(leavesOf(schema, []).map((leaf) => [`${prefix}${leaf.path.map(upperSnake).join('_')}`, leaf]));
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || text === undefined) continue;
    const leaf = leaves.get(name);
    if (leaf === undefined) problems.push(`${name}: no such setting`);
    else put(values, leaf.path, leaf.schema.safeParse(text).success ? text : asJson(text));
  }
  return { values, problems: problems.toSorted() };
}

interface Leaf {
  readonly path: readonly string[];
  readonly schema: z.ZodType;
}

function leavesOf(schema: z.ZodObject, path: readonly string[]): Leaf[] {
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const inner = unwrap(value as z.ZodType);
    const here = [...path, key];
    return inner instanceof z.ZodObject ? leavesOf(inner, here) : [{ path: here, schema: inner }];
  });
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}

function upperSnake(camel: string): string {
  return camel.replace(/([A-Z])/g, '_$1').toUpperCase();
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema's own message about the text is the better one.
    return text;
  }
}

function put(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) values[key] = value;
  else {
    const below = (values[key] ??= {}) as Record<string, unknown>;
    put(below, rest, value);
  }
}
