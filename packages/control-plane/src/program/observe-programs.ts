import { MAX_PATH_LENGTH, RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import { type ContainerReport, observeContainer } from '../container/observe-container.ts';
import type { WatchedSubject } from '../event/watched-subject.ts';
import type { FlowEnd } from '../flow/flow.ts';
import type { ProgramObservation } from './program.ts';

const MAX_USER = 2 ** 32 - 1;

const ToldProgram = z.object({
  executable: z.string().max(MAX_PATH_LENGTH).startsWith('/'),
  user: z.int().min(0).max(MAX_USER).optional(),
  fromImage: z.boolean().optional(),
  verdict: z.enum(RULE_VERDICTS),
  count: z.int().nonnegative(),
});

/** What an event says of programs. */
export type ProgramReport = ContainerReport<ProgramObservation>;

/** Reads what an agent says of programs; nothing where an event says nothing of them. */
export function observePrograms(
  document: unknown,
  receivedAt: string,
  endOf: (subject: WatchedSubject) => FlowEnd,
): ProgramReport | undefined {
  return observeContainer('programs', document, receivedAt, endOf, observed);
}

function observed(told: unknown): ProgramObservation | undefined {
  const read = ToldProgram.safeParse(told).data;
  if (read === undefined) return undefined;
  const { user, fromImage, ...program } = read;
  return { ...program, ...(user !== undefined && { user }), ...(fromImage !== undefined && { fromImage }) };
}
