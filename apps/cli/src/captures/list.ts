import { printable } from '@bulkhead/core';
import { z } from 'zod';
import { ask } from '../api/ask.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

const Events = z.object({
  items: z.array(
    z.object({
      id: z.number(),
      at: z.string(),
      namespace: z.string().optional(),
      workload: z.string().optional(),
      document: z.object({ file: z.string().optional(), bytes: z.number().optional() }),
    }),
  ),
  next: z.string().optional(),
});

/** Lists the captures that agents have told of, the latest first, one a line. */
export async function list(place: ApiPlace, io: Io): Promise<number> {
  let after: string | undefined;
  do {
    const from = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const path = `/api/v1/events?kind=capture-written&limit=100${from}`;
    const found = await ask(place, { method: 'GET', path, failure: 'cannot list the captures' }, Events, io);
    if (found === undefined) return EXIT_FAILURE;
    await writeAll(
      io.stdout,
      found.items.map(({ id, at, namespace, workload, document: { file = '', bytes = 0 } }) => {
        const whose = [namespace, workload].filter((part) => part !== undefined).join('/') || 'no workload';
        return `${printable(`${id}  ${at}  ${whose}  ${bytes} bytes  ${file.split('/').at(-1) ?? ''}`)}\n`;
      }),
    );
    after = found.next;
  } while (after !== undefined);
  return EXIT_OK;
}
