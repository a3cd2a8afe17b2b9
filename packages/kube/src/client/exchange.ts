import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Connection } from '../connection/connection.ts';
import { asKubeError, KubeError } from '../error.ts';
import { errorOfAnswer } from './status-error.ts';

const { request: requestHttp } = process.getBuiltinModule('node:http');

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Of the body; JSON unless said otherwise. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Errors and what they carry are short; more of one is not read. */
const MAX_ERROR_BYTES = 64 * 1024;
/** A connection through which nothing comes is asked whether its other end still lives. */
const TCP_KEEP_ALIVE_MS = 30_000;
const USER_AGENT = 'bulkhead';

/** What is to be done, as errors name it: `GET /api/v1/pods`. */
export function describe({ method, path }: Pick<Exchange, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

/**
 * Sends a request and gives the answer once its head is there, when that is 2xx; the body is still to be read. A refused token is read
 * again once, and so is a request repeated whose kept connection had been closed by the other end. Throws a `KubeError`.
 */
export async function exchange(connection: Connection, wanted: Exchange): Promise<IncomingMessage> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await sendOnce(connection, wanted, attempt === 1);
    if (answer === 'again') continue;
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    const body = await readText(answer, MAX_ERROR_BYTES, 'cut');
    if (status === 401 && attempt === 1) {
      connection.forget();
      continue;
    }
    throw errorOfAnswer(describe(wanted), status, body, answer.headers['retry-after']);
  }
}

async function sendOnce(connection: Connection, wanted: Exchange, first: boolean): Promise<IncomingMessage | 'again'> {
  const { headers, agent, tls } = await connection.authorize();
  const { server } = connection;
  const { method, body, contentType = 'application/json', accept = 'application/json', signal } = wanted;
  if (signal?.aborted === true) throw aborted(wanted);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options = {
    ...tls,
    method,
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port === '' ? (server.protocol === 'http:' ? 80 : 443) : server.port,
    path: pathWithQuery(server, wanted),
    ...(agent !== undefined && { agent }),
    headers: {
      ...headers,
      accept,
      'user-agent': USER_AGENT,
      ...(text !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
    },
    ...(signal !== undefined && { signal }),
  };
  return new Promise((resolve, reject) => {
    const send = server.protocol === 'http:' ? requestHttp : requestHttps;
    let sent: ClientRequest;
    try {
      sent = send(options, resolve);
    } catch (error) {
      reject(asKubeError(error, describe(wanted)));
      return;
    }
    sent.on('socket', (socket) => socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted === true) reject(aborted(wanted));
      // The server closed it while it was idle: the request was not looked at.
      else if (first && sent.reusedSocket && error.code === 'ECONNRESET' && method !== 'POST') resolve('again');
      else reject(asKubeError(error, describe(wanted)));
    });
    sent.end(text);
  });
}

function pathWithQuery(server: URL, { path, query = {} }: Exchange): string {
  const base = server.pathname.replace(/\/+$/, '');
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  return search.size === 0 ? base + path : `${base}${path}?${search.toString()}`;
}

function aborted(wanted: Exchange): KubeError {
  const { signal } = wanted;
  // A deadline is the server's lateness; anything else was wanted here.
  if (signal?.reason instanceof DOMException && signal.reason.name === 'TimeoutError') {
    return new KubeError('UNREACHABLE', { what: describe(wanted), why: 'no answer came in time' });
  }
  return new KubeError('ABORTED', { what: describe(wanted), why: 'it was told to stop' });
}

/** The whole body as text. Beyond the bound it is cut, or a `TOO_LARGE` is thrown. */
export async function readText(answer: IncomingMessage, maxBytes: number, beyond: 'cut' | 'throw'): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      answer.destroy();
      if (beyond === 'cut') break;
      throw new KubeError('TOO_LARGE', { what: 'cannot read the answer', why: `it has more than ${maxBytes} bytes` });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
