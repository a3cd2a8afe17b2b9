import { formatCount } from '@bulkhead/core';
import { z } from 'zod';
import { listLines } from '../api/list-lines.ts';
import type { ListOptions } from '../api/list-options.ts';
import { workloadName } from '../api/workload-name.ts';
import type { Io } from '../io.ts';

export interface ProgramsOptions extends ListOptions {
  readonly namespace?: string;
  readonly workload?: string;
  readonly executable?: string;
  readonly verdict?: string;
  readonly since?: string;
}

const ListedProgram = z.looseObject({
  namespace: z.string().optional(),
  workload: z.string(),
  container: z.string(),
  executable: z.string(),
  user: z.number().optional(),
  fromImage: z.boolean().optional(),
  verdict: z.string(),
  count: z.number(),
  lastSeen: z.string(),
});
type ListedProgram = z.output<typeof ListedProgram>;

/** Lists what containers run, one program a line, the latest seen first. */
export function list(
  { namespace, workload, executable, verdict, since, limit, format, ...place }: ProgramsOptions,
  io: Io,
): Promise<number> {
  return listLines(
    place,
    {
      path: '/api/v1/programs',
      fields: { namespace, workload, executable, verdict, since },
      failure: 'cannot list the programs',
      item: ListedProgram,
      line: (program) =>
        [
          placeOf(program),
          program.executable,
          ...(program.user === undefined ? [] : [`user ${program.user}`]),
          ...(program.fromImage === false ? ['not from the image'] : []),
          program.verdict,
          `${formatCount(program.count, 'run')}, the last ${program.lastSeen}`,
        ].join('  '),
      most: limit,
      format,
    },
    io,
  );
}

/** `shop/web main`; of what is its own container it is said once. */
function placeOf({ namespace, workload, container }: ListedProgram): string {
  const name = workloadName({ namespace, name: workload });
  return container === workload ? name : `${name} ${container}`;
}
