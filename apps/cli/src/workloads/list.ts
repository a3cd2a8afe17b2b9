import { printable } from '@bulkhead/core';
import { z } from 'zod';
import { ask } from '../api/ask.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

const Workloads = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      namespace: z.string().optional(),
      node: z.string(),
      owners: z.array(z.object({ kind: z.string(), name: z.string() })),
      quarantine: z.object({ state: z.string() }).optional(),
    }),
  ),
  next: z.string().optional(),
});

/** Lists what runs, one a line. */
export async function list(place: ApiPlace, io: Io): Promise<number> {
  let after: string | undefined;
  do {
    const from = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const path = `/api/v1/workloads?limit=100${from}`;
    const found = await ask(place, { method: 'GET', path, failure: 'cannot list the workloads' }, Workloads, io);
    if (found === undefined) return EXIT_FAILURE;
    await writeAll(
      io.stdout,
      found.items.map(({ id, name, namespace, node, owners, quarantine }) => {
        const pod = owners.find(({ kind }) => kind === 'Pod')?.name;
        const whose = [namespace, pod, name].filter((part) => part !== undefined).join('/');
        return `${printable(`${id}  ${whose}  on ${node}${quarantine === undefined ? '' : '  cut off'}`)}\n`;
      }),
    );
    after = found.next;
  } while (after !== undefined);
  return EXIT_OK;
}
