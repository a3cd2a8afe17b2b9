import { formatCount, printable } from '@bulkhead/core';
import { z } from 'zod';
import { ask } from '../api/ask.ts';
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
  items: z.array(
    z.object({
      id: z.number(),
      sink: z.string(),
      diedAt: z.string(),
      problem: z.string(),
      alert: z.object({ severity: z.string(), title: z.string() }),
    }),
  ),
  next: z.string().optional(),
});
const Count = z.object({ count: z.int() });

/** Lists the alerts that sinks did not take, the latest first, one a line. */
export async function dead(options: DeadOptions, io: Io): Promise<number> {
  const failure = 'cannot list the dead alerts';
  let after: string | undefined;
  do {
    const path = `/api/v1/alerts/dead${query({ sink: options.sink, limit: '100', after })}`;
    const found = await ask(options, { method: 'GET', path, failure }, Dead, io);
    if (found === undefined) return EXIT_FAILURE;
    await writeAll(
      io.stdout,
      found.items.map(({ id, sink, diedAt, problem, alert }) => {
        const text = `${id}  ${diedAt}  ${sink}  ${alert.severity}: ${alert.title}  (${problem})`;
        return `${printable(text)}\n`;
      }),
    );
    after = found.next;
  } while (after !== undefined);
  return EXIT_OK;
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

function query(fields: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
