import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { listen } from '../listen.ts';
import type { Shutdown } from '../shutdown.ts';
import type { Metrics } from './registry.ts';

const { createServer } = process.getBuiltinModule('node:http');

export interface HealthServerOptions {
  /** An address of this machine only unless somebody asks for another: metrics name workloads. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly metrics: Metrics;
  /** Why the process is not ready to do its work; nothing when it is. */
  readonly notReady?: () => string | undefined;
}

export interface HealthServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** No scraper sends more headers or takes longer; a stuck one must not hold a connection for ever. */
const REQUEST_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 64;

/** Serves `/metrics` (Prometheus), `/healthz` (the process lives) and `/readyz` (it does its work). */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { host = '127.0.0.1', port } = options;
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      answer(options, request, response).catch((error: unknown) => {
        send(response, 500, `${error instanceof Error ? error.message : String(error)}\n`);
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const fix = 'set metrics.port (BULKHEAD_METRICS_PORT) to a free port';
  const taken = await listen(server, { host, port, what: 'serve metrics', fix });
  return { host, port: taken, close: () => close(server) };
}

/** Serves them until the shutdown, if the configuration says so. Gives what a service tells of it when it starts. */
export async function serveHealth(
  { enabled, ...at }: { readonly enabled: boolean; readonly host?: string; readonly port: number },
  metrics: Metrics,
  shutdown: Shutdown,
  notReady: () => string | undefined,
): Promise<{ readonly metrics?: string }> {
  if (!enabled) return {};
  const health = await startHealthServer({ ...at, metrics, notReady });
  shutdown.onClose('metrics', () => health.close());
  return { metrics: `http://${health.host}:${health.port}/metrics` };
}

async function answer(options: HealthServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(response, 405, 'only GET and HEAD\n');
    return;
  }
  switch (request.url?.split('?')[0]) {
    case '/metrics':
      send(response, 200, await options.metrics.registry.metrics(), options.metrics.registry.contentType);
      return;
    case '/healthz':
      send(response, 200, 'ok\n');
      return;
    case '/readyz': {
      const reason = options.notReady?.();
      send(response, reason === undefined ? 200 : 503, `${reason ?? 'ok'}\n`);
      return;
    }
    default:
      send(response, 404, 'try /metrics, /healthz or /readyz\n');
  }
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
