import { printable } from '@bulkhead/core';
import { z } from 'zod';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { ask } from './ask.ts';
import { jsonText } from './json-text.ts';
import { query } from './query.ts';
import type { ApiPlace } from './request-api.ts';

/** As many of the largest things that an api lists as one answer may have. */
const PAGE = 100;

export interface Listed<Item extends z.ZodType> {
  readonly path: string;
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly failure: string;
  readonly item: Item;
  /** Leaves out what is not asked for, where the api cannot; all is listed without it. */
  readonly isListed?: (item: z.output<Item>) => boolean;
  readonly line: (item: z.output<Item>) => string;
  /** So many at most, and whether there are more is said; all there are without it. */
  readonly most?: number;
  /** `jsonl`: all that the schema keeps of an item, and no line for people. */
  readonly format?: ListFormat;
}

export const LIST_FORMATS = ['text', 'jsonl'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** Prints what is in a list of an api, over its pages, one a line. Resolves with the exit code. */
export async function listLines<Item extends z.ZodType>(
  place: ApiPlace,
  { path, fields, failure, item, isListed, line, most, format }: Listed<Item>,
  io: Io,
): Promise<number> {
  const page = z.object({ items: z.array(item), next: z.string().optional() });
  let left = most ?? Number.POSITIVE_INFINITY;
  let after: string | undefined;
  do {
    const limit = String(isListed === undefined ? Math.min(PAGE, left) : PAGE);
    const asked = { method: 'GET', path: `${path}${query({ ...fields, limit, after })}`, failure } as const;
    const found = await ask(place, asked, page, io);
    if (found === undefined) return EXIT_FAILURE;
    const matching = found.items.filter((one) => isListed?.(one) ?? true);
    const listed = matching.slice(0, left);
    await writeAll(
      io.stdout,
      listed.map((one) => `${format === 'jsonl' ? jsonText(one) : printable(line(one))}\n`),
    );
    left -= matching.length;
    after = found.next;
  } while (after !== undefined && left > 0);
  if (after !== undefined || left < 0)
    await writeAll(io.stderr, ['note: there are more; --limit says how many are listed\n']);
  return EXIT_OK;
}
