import { formatCount } from '@bulkhead/core';
import { z } from 'zod';
import { containerName } from '../api/container-name.ts';
import { listLines } from '../api/list-lines.ts';
import type { ListOptions } from '../api/list-options.ts';
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
          containerName(program),
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
