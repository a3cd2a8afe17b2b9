import { MAX_FOLDER_LENGTH, MAX_PATH_LENGTH, RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import type { LearntFile } from './file.ts';
import { type ToldUse, ToldUses } from './told-uses.ts';

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

/** Collects the files of agents' `files` events. */
export function toldFiles(): ToldUses<LearntFile> {
  return new ToldUses('files', read);
}

function read(told: unknown): ToldUse<LearntFile> | undefined {
  const { data } = ToldFile.safeParse(told);
  if (data === undefined) return undefined;
  const { folder, executable, ...file } = data;
  return { ...file, ...(folder !== undefined && { folder }), ...(executable !== undefined && { executable }) };
}
