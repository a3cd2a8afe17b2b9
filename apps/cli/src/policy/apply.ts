import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { errorLine, formatCount, printable } from '@bulkhead/core';
import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import { formatProblem, readPolicy } from '@bulkhead/policy';
import { z } from 'zod';
import { CliError, unreadableFile } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { readSources } from './sources.ts';

export interface ApplyOptions {
  readonly api: string;
  readonly tokenFile: string;
  readonly ca?: string;
  readonly dryRun: boolean;
  readonly prune: boolean;
}

/** What an api that is well takes at most, with a policy of thousands of documents. */
const TIMEOUT_MS = 60_000;
/** An answer names each document and the places where it changed. */
const MAX_ANSWER = 16 * 1024 * 1024;

const Applied = z.object({
  version: z.number(),
  changes: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      change: z.enum(['added', 'changed', 'removed']),
      paths: z.array(z.string()),
    }),
  ),
});
const Problem = z.object({
  detail: z.string(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** Sends the policy of files to an api, which takes all of it or nothing, and says what changed. */
export async function apply(paths: readonly string[], options: ApplyOptions, io: Io): Promise<number> {
  const sources = (await Promise.all(paths.map(readSources))).flat();
  const outcome = readPolicy(sources, { kind: dataSensorKind, provided: DEFAULT_SENSORS });
  if (!outcome.ok) return refuse(outcome.problems.map(formatProblem), io);
  const { prune, dryRun } = options;
  const { status, body } = await send(options, { documents: outcome.documents, prune, dryRun }, io.signal);
  if (status !== 200) {
    const problem = Problem.safeParse(body).data;
    if (problem === undefined) throw notAnswered(options.api, `it answered with status ${status}`);
    return refuse([problem.detail, ...problem.problems.map(({ path, message }) => `${path}: ${message}`)], io);
  }
  const applied = Applied.safeParse(body).data;
  if (applied === undefined) throw notAnswered(options.api, 'its answer is not that of an api of Bulkhead');
  await writeAll(
    io.stdout,
    applied.changes.map(({ kind, name, change, paths: places }) => {
      const where = places.length === 0 ? '' : `: ${places.join(', ')}`;
      return `${printable(`${kind}/${name} ${change}${where}`)}\n`;
    }),
  );
  const count = formatCount(applied.changes.length, 'change');
  await writeAll(io.stderr, [
    dryRun ? `${count} would be made\n` : `${count}; the policy has version ${applied.version}\n`,
  ]);
  return EXIT_OK;
}

async function refuse(lines: readonly string[], io: Io): Promise<number> {
  await writeAll(
    io.stderr,
    lines.map((line) => `${errorLine(line)}\n`),
  );
  return EXIT_FAILURE;
}

async function send(
  { api, tokenFile, ca }: ApplyOptions,
  body: object,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const url = placeOf(api);
  const token = (await read(tokenFile)).trim();
  const trust = ca === undefined ? {} : { ca: await read(ca) };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => reject(notAnswered(api, cause.message));
    const sent = httpsRequest(url, { method: 'PUT', headers, signal: ended, ...trust }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.length > MAX_ANSWER) answer.destroy(new Error('its answer is too long'));
      });
      answer.once('error', fail);
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: jsonOf(text) }));
    });
    sent.once('error', fail);
    sent.end(JSON.stringify(body));
  });
}

/** The token goes over TLS only. */
function placeOf(api: string): URL {
  const url = URL.canParse(api) ? new URL('/api/v1/policies', api) : undefined;
  if (url?.protocol === 'https:') return url;
  const why = `${JSON.stringify(api)} is no https address`;
  throw new CliError('USAGE', { what: 'cannot apply the policy', why, fix: 'give one such as https://localhost:9443' });
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadableFile(file, cause);
  });
}

function notAnswered(api: string, why: string): CliError {
  const what = `cannot apply the policy to ${JSON.stringify(api)}`;
  return new CliError('NOT_APPLIED', { what, why, fix: 'check the address, and with --ca its authority' });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What stands between may answer with a page.
    return undefined;
  }
}
