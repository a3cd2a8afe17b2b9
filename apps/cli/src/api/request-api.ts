import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { CliError, unreadableFile } from '../error.ts';

/** Which api is asked, and as whom. */
export interface ApiPlace {
  readonly api: string;
  readonly tokenFile: string;
  readonly ca?: string;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/api` on. */
  readonly path: string;
  readonly body?: object;
  /** What cannot be done where there is no answer, such as `cannot apply the policy`. */
  readonly failure: string;
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  /** What was parsed from its JSON; nothing where it is none. */
  readonly body: unknown;
}

/** What an api that is well takes at most, with a policy of thousands of documents. */
const TIMEOUT_MS = 60_000;
/** An answer names each document of a policy and the places where it changed. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** An api takes so many requests a minute of anybody, and says when it takes the next: long lists come in more pages. */
const TOO_MANY = 429;
const MAX_WAIT_SECONDS = 60;
/** Where it still takes none, others of the same address ask as well. */
const MAX_WAITS = 3;

/** What a header can carry; anything else is another file. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

const Problem = z.object({
  detail: z.string(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

interface TimedAnswer extends ApiAnswer {
  /** When an api that took too many requests takes the next. */
  readonly afterSeconds?: number;
}

/**
 * Makes one request with the token of a file. An api that takes no more requests for now, of which it does nothing, is waited
 * for. Throws `NOT_APPLIED` where no api answers.
 */
export async function requestApi(place: ApiPlace, request: ApiRequest): Promise<ApiAnswer> {
  for (let waits = 0; ; waits += 1) {
    const { afterSeconds, ...answer } = await requestOnce(place, request);
    if (afterSeconds === undefined || waits >= MAX_WAITS) return answer;
    await sleep(afterSeconds * 1_000, undefined, { signal: request.signal });
  }
}

async function requestOnce(place: ApiPlace, { method, path, body, failure, signal }: ApiRequest): Promise<TimedAnswer> {
  const { url, authorization, trust } = await openPlace(place, path, failure);
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { authorization, ...json };
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => reject(notAnswered(place.api, failure, cause.message));
    const sent = httpsRequest(url, { method, headers, signal: ended, ...trust }, (answer) => {
      readText(answer, MAX_ANSWER).then(
        (text) => resolve({ status: answer.statusCode ?? 0, body: jsonOf(text), ...retryAfter(answer) }),
        fail,
      );
    });
    sent.once('error', fail);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function retryAfter({ statusCode, headers }: IncomingMessage): Pick<TimedAnswer, 'afterSeconds'> {
  const [text] = /^\d{1,3}$/.exec(headers['retry-after'] ?? '') ?? [];
  const seconds = Number(text ?? Number.NaN);
  return statusCode === TOO_MANY && seconds <= MAX_WAIT_SECONDS ? { afterSeconds: seconds } : {};
}

/** The text of an answer. Rejects where it has more bytes than `most`, or breaks off. */
export async function readText(answer: IncomingMessage, most: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > most) throw new Error('its answer is too long');
  }
  return Buffer.concat(parts).toString('utf8');
}

/** What a request to a path of an api is made with. The token goes over TLS only. */
export async function openPlace({ api, tokenFile, ca }: ApiPlace, path: string, failure: string) {
  const url = placeOf(api, path, failure);
  const token = (await read(tokenFile)).trim();
  if (!TOKEN.test(token)) {
    const why = `${JSON.stringify(tokenFile)} holds no token`;
    throw new CliError('USAGE', { what: failure, why, fix: 'name a file with the token of an api and nothing else' });
  }
  const trust = ca === undefined ? {} : { ca: await read(ca) };
  return { url, authorization: `Bearer ${token}`, trust };
}

/** The lines of an answer that refuses. Throws where it is not that of an api. */
export function refusalOf({ status, body }: ApiAnswer, api: string, failure: string): readonly string[] {
  const problem = Problem.safeParse(body).data;
  if (problem === undefined) throw notAnswered(api, failure, `it answered with status ${status}`);
  return [problem.detail, ...problem.problems.map(({ path, message }) => `${path}: ${message}`)];
}

/** What an answer that should be as `schema` says has. Throws where it is not. */
export function readAnswer<Schema extends z.ZodType>(
  schema: Schema,
  { body }: ApiAnswer,
  api: string,
  failure: string,
): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw notAnswered(api, failure, 'its answer is not that of an api of Bulkhead');
}

function placeOf(api: string, path: string, failure: string): URL {
  const url = URL.canParse(path, api) ? new URL(path, api) : undefined;
  if (url?.protocol === 'https:') return url;
  const why = `${JSON.stringify(api)} is no https address`;
  throw new CliError('USAGE', { what: failure, why, fix: 'give one such as https://localhost:9443' });
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadableFile(file, cause);
  });
}

export function notAnswered(api: string, failure: string, why: string): CliError {
  const what = `${failure} at ${JSON.stringify(api)}`;
  return new CliError('NOT_APPLIED', { what, why, fix: 'check the address, and with --ca its authority' });
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What stands between may answer with a page.
    return undefined;
  }
}
