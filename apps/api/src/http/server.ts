import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { AuditLog } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import type { Logger } from '@bulkhead/runtime';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import manifest from '../../package.json' with { type: 'json' };
import type { Authenticator } from '../access/authenticate.ts';
import { guardRoutes, SESSION_COOKIE } from './access.ts';
import { auditChanges } from './audit.ts';
import { HttpProblem, problemOf, sendProblem } from './problem.ts';

/** The largest ordinary body: a policy of some hundred documents says so for itself. */
const MAX_BODY = 256 * 1024;
/** Names and cursors, no more. */
const MAX_PARAM = 600;
/** No client takes longer to send what it has. */
const REQUEST_MS = 30_000;
/** Nothing that is asked takes longer without a byte going either way; who takes no answer holds no connection. */
const IDLE_MS = 120_000;
/** What a console that shows everything at once stays far below. */
const REQUESTS_A_MINUTE = 1_200;

export interface HttpServerOptions {
  readonly tls: { readonly cert: string; readonly key: string };
  /** Addresses of proxies that may say whom they speak for. */
  readonly trustedProxies: readonly string[];
  readonly authenticator: Authenticator;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a connection may stay on which nothing moves. */
  readonly idleMs?: number;
  /** Called with the status of every answer. */
  readonly onAnswer: (method: string, route: string, status: number, seconds: number) => void;
}

export type Api = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

/** A server without routes yet: TLS, limits, headers, sign-in and audit for all that are added. */
export async function createHttpServer(options: HttpServerOptions): Promise<Api> {
  const { tls, trustedProxies, authenticator, audit, clock, logger, onAnswer, idleMs = IDLE_MS } = options;
  const app = fastify({
    https: { ...tls, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION },
    bodyLimit: MAX_BODY,
    requestTimeout: REQUEST_MS,
    connectionTimeout: idleMs,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { maxParamLength: MAX_PARAM, caseSensitive: true },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    // Lists of one kind each: a key that comes twice is a mistake, not the last one.
    exposeHeadRoutes: false,
  }).withTypeProvider<ZodTypeProvider>() as unknown as Api;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setNotFoundHandler((_, reply) => sendProblem(reply, new HttpProblem(404, 'There is nothing at this address.')));
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem === undefined) logger.error({ err: error, route: request.routeOptions.url }, 'a request failed');
    return sendProblem(reply, problem ?? new HttpProblem(500, 'The api could not do it; its log says why.'));
  });
  app.addHook('onRequest', async (_, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  app.addHook('onResponse', async (request, reply) => {
    onAnswer(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000);
  });
  await app.register(cookie);
  await limitRequests(app);
  await app.register(swagger, { openapi: OPENAPI, transform: jsonSchemaTransform });
  guardRoutes(app, authenticator);
  auditChanges(app, audit, clock);
  app.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, (_, reply) =>
    reply.type('application/json').serializer(String).send(JSON.stringify(app.swagger())),
  );
  return app;
}

/** Before anybody is asked who they are: that looks into the store, whoever it is. Routes may have limits of their own beside. */
async function limitRequests(app: FastifyInstance): Promise<void> {
  const refusal = (after: string): HttpProblem => new HttpProblem(429, `Too many requests; try again in ${after}.`);
  await app.register(rateLimit, {
    global: false,
    max: REQUESTS_A_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: (_, { after }) => refusal(after),
  });
  const take = app.createRateLimit();
  app.addHook('onRequest', async (request, reply) => {
    const taken = await take(request);
    if (taken.isAllowed) return;
    const { max, remaining, ttlInSeconds } = taken;
    reply.headers({
      'x-ratelimit-limit': max,
      'x-ratelimit-remaining': remaining,
      'x-ratelimit-reset': ttlInSeconds,
    });
    if (!taken.isExceeded) return;
    reply.header('retry-after', ttlInSeconds);
    throw refusal(ttlInSeconds === 1 ? '1 second' : `${ttlInSeconds} seconds`);
  });
}

/** The api serves data, not pages: nothing of it may run, be framed or be kept. */
const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000',
  'cache-control': 'no-store',
} as const;

const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Bulkhead', version: manifest.version, description: 'The control plane of Bulkhead.' },
  components: {
    securitySchemes: {
      token: { type: 'http' as const, scheme: 'bearer' },
      session: { type: 'apiKey' as const, in: 'cookie' as const, name: SESSION_COOKIE },
    },
  },
  security: [{ token: [] }, { session: [] }],
};
