import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { listen } from '@bulkhead/runtime';
import type { Certificate } from './certificate/certificate.ts';
import type { Refusal, WebhookMetrics } from './metrics.ts';
import type { ReviewHandler } from './review/handler.ts';

export interface ReviewServer {
  readonly port: number;
  /** New connections get this certificate; those that are open go on. */
  use(certificate: Certificate): void;
  close(): Promise<void>;
}

export interface ReviewServerOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: Certificate;
  readonly handle: ReviewHandler;
  readonly metrics: WebhookMetrics;
  readonly onInternal: (error: unknown) => void;
  /** Why it is not ready; nothing when it is. */
  readonly notReady: () => string | undefined;
  /** Why no review can be answered at all; nothing when they can. */
  readonly unable?: () => string | undefined;
}

/** The API server takes objects of 3 MiB; an update has two, and JSON may be longer than what is stored. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** Bodies that are being read hold memory: this many of the largest are 256 MiB in the worst case, some kB in practice. */
const MAX_IN_FLIGHT = 32;
const MAX_CONNECTIONS = 512;
/** The API server waits 10 s unless told otherwise, 30 s at most. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Go's clients keep an idle connection for 90 s: who closes first must be the client, or a request is lost on the way. */
const KEEP_ALIVE_MS = 120_000;

/** Serves reviews at `/validate` over HTTPS, and `/healthz` and `/readyz` beside it. */
export async function startReviewServer(options: ReviewServerOptions): Promise<ReviewServer> {
  const { host, port, certificate, metrics } = options;
  let inFlight = 0;
  const server = createServer(
    {
      cert: certificate.cert,
      key: certificate.key,
      minVersion: 'TLSv1.2',
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      handshakeTimeout: REQUEST_TIMEOUT_MS,
    },
    (request, response) => {
      const path = request.url?.split('?')[0];
      if (path === '/healthz' || path === '/readyz') {
        // Also when it is busy: a probe that is refused ends the process, and with it the reviews.
        const reason = path === '/readyz' ? options.notReady() : undefined;
        send(response, reason === undefined ? 200 : 503, `${reason ?? 'ok'}\n`);
        return;
      }
      const unable = options.unable?.();
      if (unable !== undefined) {
        refuse(request, response, metrics, 'unready', 503, unable);
        return;
      }
      if (inFlight >= MAX_IN_FLIGHT) {
        refuse(request, response, metrics, 'busy', 503, 'too many reviews at once');
        return;
      }
      inFlight += 1;
      response.once('close', () => {
        inFlight -= 1;
      });
      serve(options, request, response).catch((error: unknown) => {
        options.onInternal(error);
        refuse(request, response, metrics, 'internal', 500, 'the review failed; the log of the webhook says why');
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const taken = await listen(server, { host, port, what: 'answer reviews', fix: 'set host and port to free ones' });
  return {
    port: taken,
    use: ({ cert, key }) => server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function serve(options: ReviewServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { metrics, handle } = options;
  if (request.url?.split('?')[0] !== '/validate')
    return refuse(request, response, metrics, 'path', 404, 'try /validate');
  if (request.method !== 'POST') return refuse(request, response, metrics, 'method', 405, 'only POST');
  if (request.headers['content-type']?.split(';')[0]?.trim() !== 'application/json') {
    return refuse(request, response, metrics, 'type', 415, 'only application/json');
  }
  const body = await readBody(request);
  if (body === 'aborted') {
    metrics.countRefusal('aborted');
    response.destroy();
    return;
  }
  if (body === 'size') {
    return refuse(request, response, metrics, 'size', 413, `a review has at most ${MAX_BODY_BYTES} bytes`);
  }
  const outcome = handle(body.toString('utf8'));
  if (!outcome.ok) return refuse(request, response, metrics, 'malformed', 400, `the body ${outcome.problem}`);
  send(response, 200, outcome.body, 'application/json');
}

/** The whole body, or why there is none. */
async function readBody(request: IncomingMessage): Promise<Buffer | 'size' | 'aborted'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return 'size';
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > MAX_BODY_BYTES) return 'size';
      chunks.push(chunk as Buffer);
    }
  } catch {
    // The peer went away: there is nobody to answer.
    return 'aborted';
  }
  return Buffer.concat(chunks);
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: WebhookMetrics,
  why: Refusal,
  status: number,
  message: string,
): void {
  metrics.countRefusal(why);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What is left of the body is not read: the connection cannot be used again.
  if (!request.complete) response.setHeader('connection', 'close');
  if (status === 405) response.setHeader('allow', 'POST');
  send(response, status, `${message}\n`);
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
