import { MAX_PATH_LENGTH, RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import type { LearntProgram } from './program.ts';
import { type ToldUse, ToldUses } from './told-uses.ts';

const MAX_USER = 2 ** 32 - 1;

const ToldProgram = z.object({
  executable: z.string().max(MAX_PATH_LENGTH).startsWith('/'),
  user: z.int().min(0).max(MAX_USER).optional(),
  fromImage: z.boolean().optional(),
  verdict: z.enum(RULE_VERDICTS),
  count: z.int().nonnegative(),
});

/** Collects the programs of agents' `programs` events. */
export function toldPrograms(): ToldUses<LearntProgram> {
  return new ToldUses('programs', read);
}

function read(told: unknown): ToldUse<LearntProgram> | undefined {
  const { data } = ToldProgram.safeParse(told);
  if (data === undefined) return undefined;
  const { user, fromImage, ...program } = data;
  return { ...program, ...(user !== undefined && { user }), ...(fromImage !== undefined && { fromImage }) };
}
