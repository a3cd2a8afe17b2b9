import { MAX_FOLDER_LENGTH, MAX_PATH_LENGTH, RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import { type ContainerReport, observeContainer } from '../container/observe-container.ts';
import type { WatchedSubject } from '../event/watched-subject.ts';
import type { FlowEnd } from '../flow/flow.ts';
import type { FileObservation } from './file.ts';

const Path = z.string().max(MAX_PATH_LENGTH).startsWith('/');

const ToldFile = z
  .object({
    path: Path,
    folder: z.literal(true).optional(),
    executable: Path.optional(),
    access: z.literal('write'),
    verdict: z.enum(RULE_VERDICTS),
    count: z.int().nonnegative(),
  })
  .refine(({ path, folder }) => folder === undefined || path.length <= MAX_FOLDER_LENGTH);

/** What an event says of files. */
export type FileReport = ContainerReport<FileObservation>;

/** Reads what an agent says of files that were written; nothing where an event says nothing of them. */
export function observeFiles(
  document: unknown,
  receivedAt: string,
  endOf: (subject: WatchedSubject) => FlowEnd,
): FileReport | undefined {
  return observeContainer('files', document, receivedAt, endOf, observed);
}

function observed(told: unknown): FileObservation | undefined {
  const read = ToldFile.safeParse(told).data;
  if (read === undefined) return undefined;
  const { folder, executable, ...file } = read;
  return { ...file, ...(folder !== undefined && { folder }), ...(executable !== undefined && { executable }) };
}
