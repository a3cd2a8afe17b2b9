import { errorLine } from '@bulkhead/core';
import type { z } from 'zod';
import { CliError } from '../error.ts';
import { type Io, writeAll } from '../io.ts';
import { type ApiAnswer, type ApiPlace, type ApiRequest, readAnswer, refusalOf, requestApi } from './request-api.ts';

type Question = Pick<ApiRequest, 'method' | 'path' | 'body' | 'failure'>;

/** Asks an api for something. Nothing where it refused, which is then said on standard error. */
export async function ask<Schema extends z.ZodType>(
  place: ApiPlace,
  request: Question,
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

/** Asks an api for something without which nothing can be done. Throws where it refuses. */
export async function obtain<Schema extends z.ZodType>(
  place: ApiPlace,
  request: Question,
  schema: Schema,
  { signal }: Pick<Io, 'signal'>,
): Promise<z.output<Schema>> {
  const answer = await requestApi(place, { ...request, signal });
  if (answer.status === 200) return readAnswer(schema, answer, place.api, request.failure);
  throw refused(answer, place.api, request.failure);
}

/** An answer that refuses, as a failure in one line. */
export function refused(answer: ApiAnswer, api: string, failure: string): CliError {
  return new CliError('NOT_APPLIED', { what: failure, why: refusalOf(answer, api, failure).join('; ') });
}
