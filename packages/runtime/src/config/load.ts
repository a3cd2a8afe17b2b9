import { readFileSync } from 'node:fs';
import { printable, problemText } from '@bulkhead/core';
import { parse } from 'yaml';
import type { z } from 'zod';
import { RuntimeError } from '../error.ts';
import { readEnvironment } from './environment.ts';

/** Configurations are written by hand; a larger file is not one. */
const MAX_FILE_CHARACTERS = 1024 * 1024;

export interface ConfigInput<Schema extends z.ZodObject> {
  readonly schema: Schema;
  /** Values given on the command line, shaped like the configuration; undefined ones count as not given. */
  readonly flags?: object;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A YAML or JSON file. Without one the environment, the flags and the defaults decide. */
  readonly file?: string | undefined;
}

/** The prefix of every variable that is read. */
export const ENVIRONMENT_PREFIX = 'BULKHEAD_';

/**
 * Reads a configuration: a flag beats the environment (`BULKHEAD_METRICS_PORT` for `metrics.port`), which beats the
 * file, which beats the schema's default. Throws one `RuntimeError` that lists every problem, each with where it is.
 */
export function loadConfig<Schema extends z.ZodObject>(input: ConfigInput<Schema>): z.output<Schema> {
  const fromFile = input.file === undefined ? {} : readConfigFile(input.file);
  const { values: fromEnvironment, problems } = readEnvironment(
    input.schema,
    input.environment ?? {},
    ENVIRONMENT_PREFIX,
  );
  const merged = merge(merge(fromFile, fromEnvironment), input.flags ?? {});
  const parsed = input.schema.safeParse(merged);
  const all = [...problems, ...(parsed.error?.issues ?? []).map(problemText)];
  if (parsed.success && all.length === 0) return parsed.data;
  throw new RuntimeError('CONFIG_INVALID', {
    what:
      input.file === undefined
        ? 'the configuration is invalid'
        : `the configuration ${JSON.stringify(input.file)} is invalid`,
    why: printable(all.join('; ')),
    fix: 'correct it; docs/reference has every key',
  });
}

function readConfigFile(file: string): object {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause, 'check the path and its permissions');
  }
  if (text.length > MAX_FILE_CHARACTERS)
    throw unreadable(file, new Error('it is larger than 1 MiB'), 'name another file');
  let value: unknown;
  try {
    value = parse(text, { stringKeys: true, prettyErrors: true });
  } catch (cause) {
    throw unreadable(file, cause, 'correct its YAML');
  }
  if (value == null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw unreadable(file, new Error('it is not a map of keys to values'), 'write keys and values');
  }
  return value;
}

function unreadable(file: string, cause: unknown, fix: string): RuntimeError {
  const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  const parts = { what: `cannot read the configuration ${JSON.stringify(file)}`, why: printable(why), fix };
  return new RuntimeError('CONFIG_UNREADABLE', parts, { cause });
}

/** Lays `over` on `under`, map by map; lists and scalars are replaced whole, undefined leaves what is there. */
function merge(under: object, over: object): object {
  const merged = new Map<string, unknown>(Object.entries(under));
  for (const [key, value] of Object.entries(over) as [string, unknown][]) {
    if (value === undefined) continue;
    const below = merged.get(key);
    merged.set(key, isMap(below) && isMap(value) ? merge(below, value) : value);
  }
  return Object.fromEntries(merged);
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
