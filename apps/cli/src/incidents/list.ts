import { formatCount } from '@bulkhead/core';
import { z } from 'zod';
import { listLines } from '../api/list-lines.ts';
import type { ListOptions } from '../api/list-options.ts';
import { workloadName } from '../api/workload-name.ts';
import type { Io } from '../io.ts';

export interface IncidentsOptions extends ListOptions {
  readonly namespace?: string;
  readonly state?: string;
}

const ListedIncident = z.looseObject({
  id: z.number(),
  title: z.string(),
  severity: z.string(),
  namespace: z.string().optional(),
  workload: z.string().optional(),
  state: z.string(),
  count: z.number(),
  lastSeen: z.string(),
});

/** Lists what people must look at, one incident a line, the latest first. */
export function list({ namespace, state, limit, format, ...place }: IncidentsOptions, io: Io): Promise<number> {
  return listLines(
    place,
    {
      path: '/api/v1/incidents',
      fields: { namespace, state },
      failure: 'cannot list the incidents',
      item: ListedIncident,
      line: ({ id, title, severity, workload, count, lastSeen, ...incident }) =>
        [
          `${id}  ${severity}  ${incident.state}  ${title}`,
          ...(workload === undefined ? [] : [workloadName({ namespace: incident.namespace, name: workload })]),
          `${formatCount(count, 'event')}, the last at ${lastSeen}`,
        ].join('  '),
      most: limit,
      format,
    },
    io,
  );
}
