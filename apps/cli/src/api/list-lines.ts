import { printable } from '@bulkhead/core';
import { z } from 'zod';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { ask } from './ask.ts';
import { query } from './query.ts';
import type { ApiPlace } from './request-api.ts';

export interface Listed<Item extends z.ZodType> {
  readonly path: string;
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly failure: string;
  readonly item: Item;
  readonly line: (item: z.output<Item>) => string;
}

/** Prints everything in a list of an api, over all of its pages, one a line. Resolves with the exit code. */
export async function listLines<Item extends z.ZodType>(
  place: ApiPlace,
  { path, fields, failure, item, line }: Listed<Item>,
  io: Io,
): Promise<number> {
  const page = z.object({ items: z.array(item), next: z.string().optional() });
  let after: string | undefined;
  do {
    const asked = { method: 'GET', path: `${path}${query({ ...fields, limit: '100', after })}`, failure } as const;
    const found = await ask(place, asked, page, io);
    if (found === undefined) return EXIT_FAILURE;
    await writeAll(
      io.stdout,
      found.items.map((one) => `${printable(line(one))}\n`),
    );
    after = found.next;
  } while (after !== undefined);
  return EXIT_OK;
}
