import { z } from 'zod';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { ask } from './ask.ts';
import { jsonText } from './json-text.ts';
import type { ApiPlace, ApiRequest } from './request-api.ts';

/** Prints a thing of an api as it tells of it, as JSON. Resolves with the exit code. */
export async function show(place: ApiPlace, request: Pick<ApiRequest, 'path' | 'failure'>, io: Io): Promise<number> {
  const thing = await ask(place, { method: 'GET', ...request }, z.record(z.string(), z.unknown()), io);
  if (thing === undefined) return EXIT_FAILURE;
  await writeAll(io.stdout, [`${jsonText(thing, 2)}\n`]);
  return EXIT_OK;
}
