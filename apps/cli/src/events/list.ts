import { z } from 'zod';
import { listLines } from '../api/list-lines.ts';
import type { ListOptions } from '../api/list-options.ts';
import { workloadName } from '../api/workload-name.ts';
import type { Io } from '../io.ts';

export interface EventsOptions extends ListOptions {
  readonly namespace?: string;
  readonly kind?: string;
  readonly workload?: string;
  readonly since?: string;
  readonly until?: string;
}

const ListedEvent = z.looseObject({
  id: z.number(),
  at: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  workload: z.string().optional(),
  document: z.record(z.string(), z.unknown()),
});

/** What a line has already, or nobody reads there. */
const LEFT_OUT: ReadonlySet<string> = new Set(['time', 'event', 'netns', 'workloads', 'groups', 'mode', 'sessionId']);

/** Lists what agents observed, one event a line, the latest first. */
export function list(
  { namespace, kind, workload, since, until, limit, format, ...place }: EventsOptions,
  io: Io,
): Promise<number> {
  return listLines(
    place,
    {
      path: '/api/v1/events',
      fields: { namespace, kind, workload, since, until },
      failure: 'cannot list the events',
      item: ListedEvent,
      line: (event) =>
        [`${event.id}  ${event.at}  ${event.kind}`, ...whoseOf(event), ...detailsOf(event.document)].join('  '),
      most: limit,
      format,
    },
    io,
  );
}

function whoseOf({ namespace, workload }: z.output<typeof ListedEvent>): readonly string[] {
  return workload === undefined ? [] : [workloadName({ namespace, name: workload })];
}

/** What an event says in words and numbers. Kinds that agents will tell of later have no other words. */
function detailsOf(document: Readonly<Record<string, unknown>>): readonly string[] {
  const details = Object.entries(document).flatMap(([key, value]) => {
    const words = wordsOf(value);
    return LEFT_OUT.has(key) || words === '' ? [] : [`${key} ${words}`];
  });
  return details.length === 0 ? [] : [details.join(', ')];
}

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? value.join(' ') : '';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';
}
