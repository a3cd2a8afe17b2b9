import { printable } from '@bulkhead/core';
import { z } from 'zod';
import { ask } from '../api/ask.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

const Sinks = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      kind: z.string().default('not configured'),
      target: z.string().default(''),
      waiting: z.int(),
      dead: z.int(),
    }),
  ),
});

/** Lists the alert sinks of an api, one a line, with what waits for each and what it did not take. */
export async function sinks(place: ApiPlace, io: Io): Promise<number> {
  const failure = 'cannot list the alert sinks';
  const found = await ask(place, { method: 'GET', path: '/api/v1/alerts/sinks', failure }, Sinks, io);
  if (found === undefined) return EXIT_FAILURE;
  await writeAll(
    io.stdout,
    found.items.map(
      ({ name, kind, target, waiting, dead }) =>
        `${printable(`${name}  ${kind}  ${target}  ${waiting} waiting, ${dead} dead`)}\n`,
    ),
  );
  return EXIT_OK;
}
