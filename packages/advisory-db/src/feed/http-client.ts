import { setTimeout as sleep } from 'node:timers/promises';
import { AdvisoryDbError } from '../error.ts';

/** How long a server may take. */
export interface HttpPatience {
  /** Attempts of one request, the first included. */
  readonly attempts: number;
  /** Before the second attempt; it doubles from there, and half of it is chance. */
  readonly firstDelayMs: number;
  /** The longest wait that a server can ask for with Retry-After. */
  readonly maxDelayMs: number;
  /** Without a byte, also of the answer's header, for this long a server is given up. */
  readonly idleMs: number;
  /** After this long a body has to have come at this rate: a byte every now and then would keep us for ever. */
  readonly slowAfterMs: number;
  readonly minBytesPerSecond: number;
}

export const PATIENCE: HttpPatience = {
  attempts: 4,
  firstDelayMs: 500,
  maxDelayMs: 60_000,
  idleMs: 30_000,
  slowAfterMs: 60_000,
  minBytesPerSecond: 4096,
};

export interface HttpBody {
  readonly status: number;
  readonly headers: Headers;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Too many requests, and what passes: the same request may succeed later. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Reads from servers that may be busy, slow, far away or broken. */
export class HttpClient {
  readonly #patience: HttpPatience;

  constructor(patience: Partial<HttpPatience> = {}) {
    this.#patience = { ...PATIENCE, ...patience };
  }

  /** Opens what is read as a stream; `undefined` where there is nothing. What fails on the way is FEED_UNREACHABLE. */
  async open(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    const body = await this.attempt(url, signal, () => this.request(url, signal));
    return body && named(url, body.pieces, signal);
  }

  /** Reads what is needed whole, up to a bound; `undefined` where there is nothing. */
  async whole(url: string, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined> {
    return this.attempt(url, signal, async () => {
      const body = await this.request(url, signal);
      if (body === undefined) return undefined;
      const pieces: Uint8Array[] = [];
      let size = 0;
      for await (const piece of body.pieces) {
        size += piece.length;
        if (size > maxBytes) throw unreachable(url, `it has more than ${maxBytes} bytes`);
        pieces.push(piece);
      }
      return Buffer.concat(pieces);
    });
  }

  /**
   * Runs what reads a URL again while it fails in ways that pass. Waits between attempts as long as the server asks for,
   * within bounds; a server that asks for more is unreachable.
   */
  async attempt<Result>(url: string, signal: AbortSignal, read: (attempt: number) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await read(attempt);
      } catch (error) {
        signal.throwIfAborted();
        const passing = error instanceof PassingError ? error : passingError(error);
        if (passing === undefined) throw error;
        const wait = passing.retryAfterMs ?? this.#delay(attempt);
        if (attempt >= this.#patience.attempts || wait > this.#patience.maxDelayMs)
          throw unreachable(url, passing.message, error);
        await sleep(wait, undefined, { signal });
      }
    }
  }

  /** Requests a URL once; `undefined` where there is nothing. For use inside `attempt`. */
  async request(
    url: string,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpBody | undefined> {
    const idle = new Idle(this.#patience.idleMs);
    const both = AbortSignal.any([signal, idle.signal]);
    try {
      // Bytes as they lie there: an encoding of the transfer would hide sizes and ranges.
      const { address, authorization } = withoutCredentials(url);
      const response = await fetch(address, {
        signal: both,
        headers: { 'accept-encoding': 'identity', ...(authorization !== undefined && { authorization }), ...headers },
      });
      if (response.ok)
        return { status: response.status, headers: response.headers, pieces: this.#pieces(response, idle, signal) };
      await response.body?.cancel();
      idle.stop();
      if (response.status === 404 || response.status === 410) return undefined;
      const why = `the server answered ${response.status} ${response.statusText}`.trimEnd();
      if (PASSING.has(response.status)) throw new PassingError(why, retryAfter(response.headers));
      throw unreachable(url, why);
    } catch (error) {
      idle.stop();
      if (idle.signal.aborted && !signal.aborted) throw new PassingError(idle.message);
      throw error;
    }
  }

  async *#pieces(response: Response, idle: Idle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { slowAfterMs, minBytesPerSecond } = this.#patience;
    const started = performance.now();
    let bytes = 0;
    try {
      for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        idle.restart();
        bytes += piece.length;
        const elapsed = performance.now() - started;
        if (elapsed > slowAfterMs && bytes / (elapsed / 1000) < minBytesPerSecond) {
          throw new PassingError(`only ${bytes} bytes came in ${Math.round(elapsed / 1000)} s`);
        }
        yield piece;
        // While whoever reads is busy, the server is not late.
        idle.restart();
      }
      const announced = response.headers.get('content-length');
      if (announced !== null && response.headers.get('content-encoding') === null && bytes !== Number(announced)) {
        throw new PassingError(`it ended after ${bytes} of ${announced} bytes`);
      }
    } catch (error) {
      if (idle.signal.aborted && !signal.aborted) throw new PassingError(idle.message);
      throw error;
    } finally {
      idle.stop();
    }
  }

  #delay(attempt: number): number {
    const full = this.#patience.firstDelayMs * 2 ** (attempt - 1);
    return Math.min(full / 2 + (full / 2) * Math.random(), this.#patience.maxDelayMs);
  }
}

/** A body whose failures say which URL they are about. */
async function* named(url: string, pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    signal.throwIfAborted();
    const passing = error instanceof PassingError ? error : passingError(error);
    throw passing === undefined ? error : unreachable(url, passing.message, error);
  }
}

/** A failure that may not happen again. */
class PassingError extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The network's failures come from fetch as "fetch failed" or "terminated", with the reason as their cause. */
function passingError(error: unknown): PassingError | undefined {
  if (error instanceof AdvisoryDbError || !(error instanceof TypeError)) return undefined;
  const { code, message } = Object(error.cause) as { readonly code?: unknown; readonly message?: unknown };
  const words = typeof code === 'string' ? WORDS[code] : undefined;
  return new PassingError(words ?? (typeof message === 'string' && message !== '' ? message : error.message));
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host’s name could not be resolved',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut',
};

export function unreachable(url: string, why: string, cause?: unknown): AdvisoryDbError {
  const { address } = withoutCredentials(url);
  return new AdvisoryDbError(
    'FEED_UNREACHABLE',
    {
      what: `cannot fetch ${JSON.stringify(address)}`,
      why,
      fix: 'check the address and the network, or name another mirror',
    },
    { cause },
  );
}

/** A URL for requests, messages and the database's own record; what stands before the "@" goes into a header. */
export function withoutCredentials(url: string): { readonly address: string; readonly authorization?: string } {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.username === '' && parsed.password === '')) return { address: url };
  const [user, password] = [decodeURIComponent(parsed.username), decodeURIComponent(parsed.password)];
  parsed.username = '';
  parsed.password = '';
  return { address: parsed.href, authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Aborts when nothing has happened for a while. */
class Idle {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly message: string;

  constructor(ms: number) {
    this.message = `nothing came for ${ms / 1000} s`;
    this.#timer = setTimeout(() => this.#abort.abort(new Error(this.message)), ms);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  restart(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
