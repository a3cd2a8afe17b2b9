import { readFile } from 'node:fs/promises';
import { Agent, type RequestOptions, request } from 'node:https';
import { CodedError } from '@bulkhead/core';
import { ImagePortion } from '@bulkhead/policy/images';
import { z } from 'zod';
import type { WebhookConfig } from '../config.ts';
import { WebhookError } from '../error.ts';
import type { TakenWishes } from './scan-wishes.ts';

export type ImagesConfig = NonNullable<WebhookConfig['images']>;

/** Small portions: reviews are answered between two of them. */
const LIMIT = 50;
const TIMEOUT_MS = 15_000;
/** An image with all findings that are listed one by one, and the names of years, stays below. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_TOKEN_BYTES = 4_096;
const JSON_TYPE = 'application/json';

class TooLong extends Error {}

const Taken = z.object({ queued: z.array(z.string()), unwatched: z.array(z.string()) });

/** The feed of images of an api, asked over TLS. */
export class ApiFeed {
  readonly #config: ImagesConfig;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(config: ImagesConfig) {
    this.#config = config;
  }

  /** What changed after a position. Rejects with a `WebhookError` when the api gives none. */
  async after(position: string | undefined, signal: AbortSignal): Promise<ImagePortion> {
    try {
      return await this.#portion(position, LIMIT, signal);
    } catch (error) {
      if (!(error instanceof WebhookError && error.cause instanceof TooLong)) throw error;
      // Images with very many findings come one by one: the next answer would be as long for ever.
      return this.#portion(position, 1, signal);
    }
  }

  /** Passes on which images are to be scanned, and gives what the api made of it. Rejects as `after` does. */
  want(images: readonly string[], signal: AbortSignal): Promise<TakenWishes> {
    return this.#ask('/api/v1/images/scan-requests', Taken, 202, signal, JSON.stringify({ images }));
  }

  close(): void {
    this.#agent.destroy();
  }

  #portion(position: string | undefined, limit: number, signal: AbortSignal): Promise<ImagePortion> {
    const query = new URLSearchParams({ limit: String(limit), ...(position !== undefined && { after: position }) });
    return this.#ask(`/api/v1/images/changes?${query.toString()}`, ImagePortion, 200, signal);
  }

  async #ask<Answer>(
    path: string,
    shape: z.ZodType<Answer>,
    expected: number,
    signal: AbortSignal,
    sent?: string,
  ): Promise<Answer> {
    const { api, caFile, tokenFile } = this.#config;
    try {
      // Both are read each time: they are renewed while this process lives.
      const [token, ca] = await Promise.all([
        readToken(tokenFile),
        caFile === undefined ? undefined : readFile(caFile),
      ]);
      const headers = { authorization: `Bearer ${token}`, ...(sent !== undefined && { 'content-type': JSON_TYPE }) };
      const options = { method: sent === undefined ? 'GET' : 'POST', headers, ca };
      const { status, body } = await this.#send(new URL(path, api), options, signal, sent);
      if (status !== expected) throw new Error(`it answered with status ${status}${detailOf(body)}`);
      const answer = shape.safeParse(JSON.parse(body));
      if (!answer.success) throw new Error('its answer is not that of an api of Bulkhead');
      return answer.data;
    } catch (cause) {
      if (cause instanceof CodedError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new WebhookError('IMAGES_UNKNOWN', { what: `cannot ask ${api} for images`, why }, { cause });
    }
  }

  #send(
    url: URL,
    options: RequestOptions,
    signal: AbortSignal,
    body: string | undefined,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    return new Promise((resolve, reject) => {
      const sent = request(url, { ...options, agent: this.#agent, signal: ended }, (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) answer.destroy(new TooLong('its answer is too long'));
          else chunks.push(chunk);
        });
        answer.once('error', reject);
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }
}

async function readToken(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  const token = text.trim();
  if (token === '' || text.length > MAX_TOKEN_BYTES || !/^[\w.~+/=-]+$/.test(token)) {
    throw new Error(`${file} holds no token`);
  }
  return token;
}

const Problem = z.object({ detail: z.string().max(300) });

function detailOf(body: string): string {
  try {
    const problem = Problem.safeParse(JSON.parse(body));
    return problem.success ? `: ${problem.data.detail}` : '';
  } catch {
    // What is no problem document says no more than the status.
    return '';
  }
}
