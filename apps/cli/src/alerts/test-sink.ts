import { errorLine, printable } from '@bulkhead/core';
import { z } from 'zod';
import { ask } from '../api/ask.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

const Tried = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('delivered') }),
  z.object({ outcome: z.literal('failed'), problem: z.string() }),
]);

/** Has an api send a test alert to one of its sinks, and says whether it arrived. */
export async function testSink(sink: string, place: ApiPlace, io: Io): Promise<number> {
  const path = `/api/v1/alerts/sinks/${encodeURIComponent(sink)}/test`;
  const failure = `cannot test the alert sink ${JSON.stringify(sink)}`;
  const tried = await ask(place, { method: 'POST', path, failure }, Tried, io);
  if (tried === undefined) return EXIT_FAILURE;
  if (tried.outcome === 'failed') {
    await writeAll(io.stderr, [`${errorLine(`the test did not arrive at ${sink}: ${tried.problem}`)}\n`]);
    return EXIT_FAILURE;
  }
  await writeAll(io.stdout, [`${printable(sink)} took the test\n`]);
  return EXIT_OK;
}
