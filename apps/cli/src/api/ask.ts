import { errorLine } from '@bulkhead/core';
import type { z } from 'zod';
import { type Io, writeAll } from '../io.ts';
import { type ApiPlace, type ApiRequest, readAnswer, refusalOf, requestApi } from './request-api.ts';

/** Asks an api for something. Nothing where it refused, which is then said on standard error. */
export async function ask<Schema extends z.ZodType>(
  place: ApiPlace,
  request: Pick<ApiRequest, 'method' | 'path' | 'body' | 'failure'>,
  schema: Schema,
  io: Io,
): Promise<z.output<Schema> | undefined> {
  const answer = await requestApi(place, { ...request, signal: io.signal });
  if (answer.status === 200) return readAnswer(schema, answer, place.api, request.failure);
  await writeAll(
    io.stderr,
    refusalOf(answer, place.api, request.failure).map((text) => `${errorLine(text)}\n`),
  );
  return undefined;
}
