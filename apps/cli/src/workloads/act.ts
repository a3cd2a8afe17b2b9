import { errorLine, printable } from '@bulkhead/core';
import { z } from 'zod';
import { ask } from '../api/ask.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

const Answer = z.object({
  outcome: z.enum(['done', 'failed', 'unsupported']),
  message: z.string(),
  scan: z.string().optional(),
});
export type ActionAnswer = z.output<typeof Answer>;

/** Has the agent of a workload do something. Nothing where it did not, which is then said on standard error. */
export async function askAction(
  path: string,
  action: object,
  place: ApiPlace,
  io: Io,
): Promise<ActionAnswer | undefined> {
  const failure = 'cannot reach the agent';
  const answer = await ask(place, { method: 'POST', path, body: action, failure }, Answer, io);
  if (answer === undefined || answer.outcome === 'done') return answer;
  await writeAll(io.stderr, [`${errorLine(`the agent did not do it: ${answer.message}`)}\n`]);
  return undefined;
}

/** The same, and says what became of it. */
export async function actOn(id: string, action: object, place: ApiPlace, io: Io): Promise<number> {
  const answer = await askAction(`/api/v1/workloads/${encodeURIComponent(id)}/actions`, action, place, io);
  if (answer === undefined) return EXIT_FAILURE;
  await writeAll(io.stderr, [`${printable(answer.message)}\n`]);
  return EXIT_OK;
}
