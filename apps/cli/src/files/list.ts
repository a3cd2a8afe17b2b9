import { formatCount, globOfFolder } from '@bulkhead/core';
import { z } from 'zod';
import { containerName } from '../api/container-name.ts';
import { listLines } from '../api/list-lines.ts';
import type { ListOptions } from '../api/list-options.ts';
import type { Io } from '../io.ts';

export interface FilesOptions extends ListOptions {
  readonly namespace?: string;
  readonly workload?: string;
  readonly path?: string;
  readonly verdict?: string;
  readonly since?: string;
}

const ListedFile = z.looseObject({
  namespace: z.string().optional(),
  workload: z.string(),
  container: z.string(),
  path: z.string(),
  folder: z.literal(true).optional(),
  executable: z.string().optional(),
  verdict: z.string(),
  count: z.number(),
  lastSeen: z.string(),
});

/** Lists what containers write, one file a line, the latest seen first. */
export function list(
  { namespace, workload, path, verdict, since, limit, format, ...place }: FilesOptions,
  io: Io,
): Promise<number> {
  return listLines(
    place,
    {
      path: '/api/v1/files',
      fields: { namespace, workload, path, verdict, since },
      failure: 'cannot list the files',
      item: ListedFile,
      line: (file) =>
        [
          containerName(file),
          file.folder === true ? globOfFolder(file.path) : file.path,
          ...(file.executable === undefined ? [] : [`by ${file.executable}`]),
          file.verdict,
          `${formatCount(file.count, 'write')}, the last ${file.lastSeen}`,
        ].join('  '),
      most: limit,
      format,
    },
    io,
  );
}
