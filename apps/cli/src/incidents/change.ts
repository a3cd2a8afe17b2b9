import { printable } from '@bulkhead/core';
import { z } from 'zod';
import { ask } from '../api/ask.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

export type IncidentState = 'open' | 'acknowledged' | 'closed';

export interface ChangeOptions extends ApiPlace {
  readonly note?: string;
}

const Changed = z.object({ id: z.number(), state: z.string(), title: z.string() });

/** Brings incidents into a state, one after the other, and says of each that it is. */
export async function change(
  ids: readonly string[],
  state: IncidentState,
  { note, ...place }: ChangeOptions,
  io: Io,
): Promise<number> {
  let isWhole = true;
  for (const id of ids) {
    const path = `/api/v1/incidents/${encodeURIComponent(id)}`;
    const body = { state, ...(note !== undefined && { note }) };
    const failure = `cannot change the incident ${JSON.stringify(id)}`;
    const changed = await ask(place, { method: 'PATCH', path, body, failure }, Changed, io);
    if (changed === undefined) isWhole = false;
    else await writeAll(io.stderr, [`${printable(`${changed.id} is ${changed.state}: ${changed.title}`)}\n`]);
  }
  return isWhole ? EXIT_OK : EXIT_FAILURE;
}
