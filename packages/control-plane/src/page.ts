import { z } from 'zod';
import { ControlPlaneError } from './error.ts';

/** A portion of a list, and where the next one begins. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Given back as `after`; absent at the end. */
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** The largest portion: a screen shows less, an export asks again. */
export const MAX_PAGE = 500;

/** Longer cursors are not ours: the longest key has four names. */
const MAX_CURSOR = 4_096;
const Keys = z.array(z.union([z.string(), z.number()]));

/** Writes the place in a list, its sort keys, as a word that callers only hand back. */
export function encodeCursor(keys: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** Reads a cursor whose keys have these types. Throws `CURSOR_INVALID` for anything else. */
export function decodeCursor<Types extends readonly ('string' | 'number')[]>(
  cursor: string,
  types: Types,
): { readonly [At in keyof Types]: Types[At] extends 'number' ? number : string } {
  const keys = cursor.length > MAX_CURSOR ? undefined : Keys.safeParse(jsonOf(cursor)).data;
  // What a list gave out has only whole numbers, and text without the character that PostgreSQL cannot take.
  const fits = (key: string | number | undefined, at: number): boolean =>
    typeof key === types[at] && (typeof key === 'number' ? Number.isSafeInteger(key) : !key?.includes('\0'));
  if (keys === undefined || keys.length !== types.length || !keys.every(fits)) {
    throw new ControlPlaneError('CURSOR_INVALID', {
      what: 'cannot go on in the list',
      why: 'the cursor is not one that it gave',
      fix: 'start again without one',
    });
  }
  return keys as never;
}

/** Makes a page of what was read with one item more than asked for, which tells whether there is a next. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keysOf: (row: Row) => readonly (string | number)[],
  itemOf: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(itemOf),
    ...(rows.length > limit && last !== undefined && { next: encodeCursor(keysOf(last)) }),
  };
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    // No JSON is no list of keys either, which the caller reports.
    return undefined;
  }
}
