import { formatCount } from '@bulkhead/core';
import { z } from 'zod';
import { ask } from '../api/ask.ts';
import { listLines } from '../api/list-lines.ts';
import { query } from '../api/query.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

export interface DeadOptions extends ApiPlace {
  readonly sink?: string;
}

export interface ChosenOptions extends DeadOptions {
  readonly all: boolean;
}

const Dead = z.object({
  id: z.number(),
  sink: z.string(),
  diedAt: z.string(),
  problem: z.string(),
  alert: z.object({ severity: z.string(), title: z.string() }),
});
const Count = z.object({ count: z.int() });

/** Lists the alerts that sinks did not take, the latest first, one a line. */
export function dead(options: DeadOptions, io: Io): Promise<number> {
  return listLines(
    options,
    {
      path: '/api/v1/alerts/dead',
      fields: { sink: options.sink },
      failure: 'cannot list the dead alerts',
      item: Dead,
      line: ({ id, sink, diedAt, problem, alert }) =>
        `${id}  ${diedAt}  ${sink}  ${alert.severity}: ${alert.title}  (${problem})`,
    },
    io,
  );
}

/** Has dead alerts tried anew, or forgets them: some by their identifiers, those of a sink, or all. */
export async function settleDead(
  what: 'retry' | 'drop',
  ids: readonly string[],
  { all, ...options }: ChosenOptions,
  io: Io,
): Promise<number> {
  if (ids.length > 0 === (all || options.sink !== undefined)) {
    await writeAll(io.stderr, [
      `error: name identifiers of dead alerts, or --sink, or --all; add --help for the usage\n`,
    ]);
    return EXIT_FAILURE;
  }
  const base = '/api/v1/alerts/dead';
  const end = what === 'retry' ? '/retry' : '';
  const method = what === 'retry' ? 'POST' : 'DELETE';
  const paths =
    ids.length > 0
      ? ids.map((id) => `${base}/${encodeURIComponent(id)}${end}`)
      : [`${base}${end}${query({ sink: options.sink })}`];
  let count = 0;
  let isWhole = true;
  for (const path of paths) {
    const done = await ask(options, { method, path, failure: `cannot ${what} dead alerts` }, Count, io);
    if (done === undefined) isWhole = false;
    count += done?.count ?? 0;
  }
  await writeAll(io.stderr, [`${formatCount(count, 'alert')} ${what === 'retry' ? 'to be tried anew' : 'dropped'}\n`]);
  return isWhole ? EXIT_OK : EXIT_FAILURE;
}
